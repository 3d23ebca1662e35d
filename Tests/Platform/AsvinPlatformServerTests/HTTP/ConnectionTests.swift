import AsvinFixtures
import AsvinPlatformFixtures
import AsvinPlatformServer
import Testing

@Suite("Connections", .usesScratch)
struct ConnectionTests {
  private static func limits(_ change: (inout ConnectionLimits) -> Void) -> ConnectionLimits {
    var limits = ConnectionLimits(descriptors: 1024)
    change(&limits)
    return limits
  }

  /// Whether the server closes a connection instead of answering.
  private func isClosed(_ connection: RawConnection) async -> Bool {
    do {
      _ = try await connection.exchange("GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n")
      return false
    } catch {
      return true
    }
  }

  @Test
  func `A connection beyond the limit of an address is closed, and a closed connection no longer counts`() async throws
  {
    try await PlatformUnderTest.run(connections: Self.limits { $0.perAddress = 2 }) { platform in
      let first = try await RawConnection.open(port: platform.port)
      let second = try await RawConnection.open(port: platform.port)
      #expect(await !isClosed(first))
      #expect(await !isClosed(second))
      let third = try await RawConnection.open(port: platform.port)
      #expect(await isClosed(third))
      third.end()
      first.end()
      var isServed = false
      for _ in 0..<50 where !isServed {
        let next = try await RawConnection.open(port: platform.port)
        isServed = await !isClosed(next)
        next.end()
        try await Task.sleep(for: .milliseconds(20))
      }
      #expect(isServed)
      second.end()
    }
  }

  @Test func `A request that is not complete in time is answered by 408`() async throws {
    try await PlatformUnderTest.run(connections: Self.limits { $0.requestSeconds = 1 }) { platform in
      let connection = try await RawConnection.open(port: platform.port)
      defer { connection.end() }
      let head = "POST /v2/login HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\n{"
      let reply = try await connection.exchange(head, toEnd: true)
      #expect(reply.status == 408)
    }
  }

  @Test func `A body that is announced as too long is refused before it is sent`() async throws {
    try await PlatformUnderTest.run { platform in
      let connection = try await RawConnection.open(port: platform.port)
      defer { connection.end() }
      let head = "POST /v2/login HTTP/1.1\r\nHost: x\r\nContent-Length: 16385\r\n\r\n"
      #expect(try await connection.exchange(head).status == 413)
    }
  }

  @Test func `The connection of a refused request is closed if its body continues`() async throws {
    try await PlatformUnderTest.run { platform in
      let connection = try await RawConnection.open(port: platform.port)
      defer { connection.end() }
      let head = "POST /v2/devices HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer x\r\nContent-Length: 99999999\r\n\r\n"
      #expect(try await connection.exchange(head).status == 401)
      let piece = [UInt8](repeating: 0x78, count: 65_536)
      await #expect(throws: RawError.self) {
        for _ in 0..<200 {
          try await connection.write(piece)
          try await Task.sleep(for: .milliseconds(5))
        }
      }
    }
  }

  @Test func `A short rest of a refused request is read, and the connection is kept`() async throws {
    try await PlatformUnderTest.run { platform in
      let connection = try await RawConnection.open(port: platform.port)
      defer { connection.end() }
      let head = "POST /v2/devices HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer x\r\nContent-Length: 4\r\n\r\n"
      #expect(try await connection.exchange(head).status == 401)
      #expect(try await connection.exchange("{}{}GET /metrics HTTP/1.1\r\nHost: x\r\n\r\n").status == 200)
    }
  }

  @Test func `A malformed chunked body is answered by 400`() async throws {
    try await PlatformUnderTest.run { platform in
      let request = "POST /v2/login HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n{\"a\":\r\nzz\r\n"
      let reply = try await platform.ask(request)
      #expect(reply.status == 400)
    }
  }
}
