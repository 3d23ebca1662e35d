package import AsvinPlatformAPI

/// A page of a list.
package protocol Page: Decodable {
  associatedtype Item: Sendable
  /// What is on it.
  var items: [Item] { get }
  /// What to ask for behind it; `nil` where it is the last.
  var next: Int64? { get }
}

extension FirmwareList: Page {}
extension DeviceList: Page {}
extension RolloutDeviceList: Page {}
extension AuditList: Page {}

extension PlatformConnection {
  /// All items of a list, page by page.
  ///
  /// - Throws: as ``ask(_:_:_:as:)``.
  package func all<List: Page>(_ path: String, as type: List.Type) async throws -> [List.Item] {
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
