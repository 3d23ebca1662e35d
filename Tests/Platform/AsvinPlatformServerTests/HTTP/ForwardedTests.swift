import AsvinFixtures
import AsvinHost
import AsvinPlatform
import AsvinPlatformFixtures
import AsvinPlatformStore
import Testing

@testable import AsvinPlatformServer

@Suite("Clients behind proxies", .usesScratch) struct ForwardedTests {
  private static let clients = ForwardedClients(
    proxies: ["10.0.0.0/8", "::1", "2001:db8::/33", "192.0.2.7"].compactMap { NetworkRange($0) })

  @Test(
    arguments: [
      // No proxy: the field is the word of the client.
      ("203.0.113.9", ["198.51.100.1"], "203.0.113.9"), ("11.0.0.1", ["198.51.100.1"], "11.0.0.1"),
      ("192.0.2.8", ["198.51.100.1"], "192.0.2.8"), ("2001:db8:8000::1", ["198.51.100.1"], "2001:db8:8000::1"),
      // A proxy: the rightmost address that is not a proxy.
      ("10.1.2.3", ["198.51.100.1"], "198.51.100.1"), ("::ffff:10.1.2.3", ["198.51.100.1"], "198.51.100.1"),
      ("10.1.2.3", ["1.2.3.4, 198.51.100.1"], "198.51.100.1"),
      ("10.1.2.3", ["1.2.3.4,198.51.100.1 , 10.9.9.9"], "198.51.100.1"),
      ("10.1.2.3", ["1.2.3.4", "198.51.100.1", "10.9.9.9"], "198.51.100.1"),
      ("::1", ["2001:DB8:8000::0:1"], "2001:db8:8000::1"),
      ("::1", ["::ffff:198.51.100.1"], "198.51.100.1"), ("2001:db8::5", ["[2001:db8:ffff::1]:443"], "2001:db8:ffff::1"),
      ("192.0.2.7", ["198.51.100.1:50000"], "198.51.100.1"), ("10.1.2.3", [], "10.1.2.3"),
      ("10.1.2.3", ["10.4.4.4"], "10.4.4.4"),
      // Text that is not an address: the nearest known address.
      ("10.1.2.3", [""], "10.1.2.3"), ("10.1.2.3", ["unknown"], "10.1.2.3"),
      ("10.1.2.3", ["198.51.100.1, "], "10.1.2.3"),
      ("10.1.2.3", ["198.51.100.1, evil\u{1B}[2J, 10.5.5.5"], "10.5.5.5"),
      ("10.1.2.3", ["\"198.51.100.1\""], "10.1.2.3"),
      ("10.1.2.3", ["198.51.100.1:99999"], "10.1.2.3"), ("10.1.2.3", ["[::1"], "10.1.2.3"),
      ("10.1.2.3", ["1.2.3.4.5"], "10.1.2.3"),
      ("10.1.2.3", ["fe80::1%eth0"], "10.1.2.3"), ("10.1.2.3", ["0x7f000001"], "10.1.2.3"),
      ("10.1.2.3", ["198.51.100.01"], "10.1.2.3"),
    ])
  func `The address is the rightmost one that is not a proxy`(peer: String, fields: [String], client: String) {
    #expect(Self.clients.client(of: peer, fields) == client)
  }

  @Test func `A long chain of proxies costs little and ends at a proxy`() {
    let chain = String(repeating: "10.0.0.1,", count: 5000) + "10.0.0.2"
    #expect(Self.clients.client(of: "10.1.2.3", ["198.51.100.1," + chain]) == "10.0.0.1")
  }

  @Test(arguments: [
    "", "/", "10.0.0.0/33", "10.0.0.0/-1", "::/129", "10.0.0/8", "10.0.0.0/8/8", "localhost", "10.0.0.0/ 8",
  ])
  func `Another text is not a range`(text: String) {
    #expect(NetworkRange(text) == nil)
  }

  @Test(arguments: [true, false])
  func `The limits count the client of a named proxy, and only of that`(isNamed: Bool) async throws {
    let forwarded = ForwardedClients(proxies: isNamed ? ["127.0.0.0/8", "::1"].compactMap { NetworkRange($0) } : [])
    try await PlatformUnderTest.run(loginsPerMinute: 2, forwarded: forwarded) { platform in
      let body = ClientRequests.loginBody(platform.clock.now.seconds)
      var statuses: [Int] = []
      for client in ["198.51.100.1", "198.51.100.1", "198.51.100.1", "198.51.100.2"] {
        let request = ClientRequests.request(
          "POST /auth/login HTTP/1.1", ["Host: x", "Connection: close", "X-Forwarded-For: \(client)"], body)
        statuses.append(try await platform.ask(request).status)
      }
      #expect(statuses == (isNamed ? [200, 200, 429, 200] : [200, 200, 429, 429]))
    }
  }
}
