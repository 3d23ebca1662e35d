package import AsvinPlatformAPI

/// A page of a list.
package protocol ListPage: Decodable {
  associatedtype Item: Sendable
  var items: [Item] { get }
  /// The id after which the next page begins; `nil` on the last page.
  var next: Int64? { get }
}

extension FirmwareList: ListPage {}
extension DeviceList: ListPage {}
extension RolloutDeviceList: ListPage {}
extension AuditList: ListPage {}

extension PlatformConnection {
  /// Reads all items of a list page by page.
  ///
  /// - Throws: the errors of ``ask(_:_:_:as:)``.
  package func all<List: ListPage>(_ path: String, as type: List.Type) async throws -> [List.Item] {
    var items: [List.Item] = []
    var after: Int64? = 0
    while let place = after {
      guard let page = try await ask(.get, "\(path)?limit=1000&after=\(place)", as: type) else { break }
      items += page.items
      after = page.next
    }
    return items
  }
}
