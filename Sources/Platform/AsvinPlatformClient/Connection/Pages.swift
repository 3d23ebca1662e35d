import FoundationEssentials
package import AsvinPlatformAPI

/// A page of a list.
package protocol ListPage: Decodable {
  associatedtype Item: Sendable
  associatedtype Place: CustomStringConvertible
  var items: [Item] { get }
  /// The place after which the next page begins; `nil` on the last page.
  var next: Place? { get }
}

extension FirmwareList: ListPage {}
extension DeviceList: ListPage {}
extension DeviceGroupList: ListPage {}
extension FileGroupList: ListPage {}
extension RolloutList: ListPage {}
extension RolloutDeviceList: ListPage {}
extension HistoryList: ListPage {}
extension VersionList: ListPage {}
extension AuditList: ListPage {}
extension TokenList: ListPage {}
extension EnrolmentTokenList: ListPage {}
extension ExpectedDeviceList: ListPage {}
extension AccountList: ListPage {}

/// A parameter of a query.
package struct QueryItem: Sendable {
  package let name: String
  package let value: String

  package init(_ name: String, _ value: String) { (self.name, self.value) = (name, value) }

  /// The parameter in a URL. Bytes other than those that no URL reserves are escaped (RFC 3986 §2.3).
  package var text: String {
    let escaped = value.utf8.map { byte in
      let isPlain = (0x30...0x39).contains(byte) || (0x41...0x5A).contains(byte) || (0x61...0x7A).contains(byte)
      if isPlain || [0x2D, 0x2E, 0x5F, 0x7E].contains(byte) { return String(UnicodeScalar(byte)) }
      return "%" + (byte < 16 ? "0" : "") + String(byte, radix: 16, uppercase: true)
    }
    return "\(name)=\(escaped.joined())"
  }
}

extension PlatformConnection {
  /// Reads all items of a list page by page.
  ///
  /// - Throws: the errors of ``ask(_:_:_:as:)``.
  package func all<List: ListPage>(
    _ path: String, _ query: [QueryItem] = [], as type: List.Type
  ) async throws -> [List.Item] {
    var items: [List.Item] = []
    var place: List.Place?
    repeat {
      let page = query + [QueryItem("limit", "1000")] + (place.map { [QueryItem("after", "\($0)")] } ?? [])
      let text = page.map(\.text).joined(separator: "&")
      guard let list = try await ask(.get, "\(path)?\(text)", as: type) else { break }
      items += list.items
      place = list.next
    } while place != nil
    return items
  }
}
