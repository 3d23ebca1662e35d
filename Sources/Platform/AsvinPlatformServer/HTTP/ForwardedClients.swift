package import AsvinHost
import HTTPTypes
import Hummingbird

/// The proxies whose `X-Forwarded-For` is believed. Any other client could write any address into the field, and so escape
/// the limits of its own.
package struct ForwardedClients: Sendable {
  /// The number of addresses that are read, from the right.
  private static let mostHops = 16

  private let proxies: [NetworkRange]

  package init(proxies: [NetworkRange] = []) { self.proxies = proxies }

  var hasProxies: Bool { !proxies.isEmpty }

  /// Whether an address is that of a proxy.
  func isProxy(_ address: String) -> Bool {
    guard !proxies.isEmpty, let address = InternetAddress(address) else { return false }
    return isProxy(address)
  }

  private func isProxy(_ address: InternetAddress) -> Bool { proxies.contains { $0.contains(address) } }

  /// Returns the address of the client: the rightmost one that is not a proxy. Each proxy appends the address that it sees,
  /// so that everything to the left of it is the word of the client.
  ///
  /// - Parameters:
  ///   - peer: the address at the other end of the connection.
  ///   - fields: the values of `X-Forwarded-For` in their order.
  func client(of peer: String, _ fields: [String]) -> String {
    guard !proxies.isEmpty, let known = InternetAddress(peer) else { return peer }
    var nearest = known
    guard isProxy(known) else { return known.text }
    let entries = fields.flatMap { $0.split(separator: ",", omittingEmptySubsequences: false) }
    for entry in entries.reversed().prefix(Self.mostHops) {
      guard let address = InternetAddress(forwarded: entry) else { return nearest.text }
      nearest = address
      if !isProxy(address) { break }
    }
    return nearest.text
  }
}

/// Sets the client's address of each request, for the limits and the log.
struct ForwardedAddress: RouterMiddleware {
  let clients: ForwardedClients

  func handle(
    _ request: Request, context: PlatformContext, next: (Request, PlatformContext) async throws -> Response
  ) async throws -> Response {
    var context = context
    context.isForwardedSecurely = clients.isProxy(context.peer) && request.headers[.forwardedProto] == "https"
    context.peer = clients.client(of: context.peer, request.headers[values: .forwardedFor])
    return try await next(request, context)
  }
}

extension InternetAddress {
  /// Reads an entry of `X-Forwarded-For`: an address, which some proxies write with a port or in brackets.
  init?(forwarded entry: Substring) {
    var entry = entry
    while entry.first == " " || entry.first == "\t" { entry.removeFirst() }
    while entry.last == " " || entry.last == "\t" { entry.removeLast() }
    if entry.first == "[" {
      guard let end = entry.firstIndex(of: "]"), Self.isPort(entry[entry.index(after: end)...]) else { return nil }
      self.init(entry[entry.index(after: entry.startIndex)..<end])
    } else if entry.utf8.filter({ $0 == UInt8(ascii: ":") }).count == 1, let colon = entry.firstIndex(of: ":") {
      guard Self.isPort(entry[colon...]) else { return nil }
      self.init(entry[..<colon])
    } else {
      self.init(entry)
    }
  }

  /// Whether a text is empty, or a port after a colon.
  private static func isPort(_ text: Substring) -> Bool {
    text.isEmpty || text.first == ":" && UInt16(text.dropFirst()) != nil
  }
}
