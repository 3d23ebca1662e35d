import Foundation  // Thread is not in FoundationEssentials
import Glibc

/// An HTTP reply as it was received.
package struct RawReply {
  package let status: Int
  /// The bytes of the status line, the header fields and the empty line.
  package let headBytes: Int
  package let fields: [(name: String, value: String)]
  package let body: [UInt8]
  /// Whether the server closed the connection after the reply.
  package let isClosed: Bool

  package var text: String { String(decoding: body, as: UTF8.self) }

  package func field(_ name: String) -> String? {
    fields.first { $0.name.lowercased() == name.lowercased() }?.value
  }
}

package struct RawError: Error {
  package let text: String

  package init(text: String) { self.text = text }
}

/// A TCP connection to the server under test. It blocks on threads of its own, because the queues of Dispatch are few and
/// the server's store uses them.
package struct RawConnection: Sendable {
  private let descriptor: Int32

  package static func open(port: Int) async throws -> RawConnection {
    try await OwnThread.run {
      let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
      var address = sockaddr_in()
      address.sin_family = sa_family_t(AF_INET)
      address.sin_port = in_port_t(port).bigEndian
      address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
      let answer = unsafe withUnsafePointer(to: &address) { pointer in
        unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { address in
          unsafe connect(descriptor, address, socklen_t(MemoryLayout<sockaddr_in>.size))
        }
      }
      guard answer == 0 else { throw RawError(text: "cannot connect") }
      var limit = timeval(tv_sec: 60, tv_usec: 0)
      unsafe setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &limit, socklen_t(MemoryLayout<timeval>.size))
      return RawConnection(descriptor: descriptor)
    }
  }

  /// Sends bytes and reads the reply: to the end of its body or, where `toEnd` is set, of the connection.
  package func exchange(_ request: String, toEnd: Bool = false) async throws -> RawReply {
    try await exchange(Array(request.utf8), toEnd: toEnd)
  }

  /// Sends a request of bytes and reads the reply, as ``exchange(_:toEnd:)-String``.
  package func exchange(_ bytes: [UInt8], toEnd: Bool = false) async throws -> RawReply {
    try await OwnThread.run {
      guard unsafe send(descriptor, bytes, bytes.count, Int32(MSG_NOSIGNAL)) == bytes.count else {
        throw RawError(text: "cannot send")
      }
      return try read(toEnd: toEnd)
    }
  }

  /// Sends bytes without reading a reply.
  package func write(_ bytes: [UInt8]) async throws {
    try await OwnThread.run {
      guard unsafe send(descriptor, bytes, bytes.count, Int32(MSG_NOSIGNAL)) == bytes.count else {
        throw RawError(text: "cannot send")
      }
    }
  }

  package func end() { close(descriptor) }

  private func read(toEnd: Bool) throws -> RawReply {
    var received: [UInt8] = []
    var isClosed = false
    while true {
      if let reply = Self.parse(received, isClosed: isClosed), !toEnd || isClosed { return reply }
      guard !isClosed else { throw RawError(text: "the connection ended inside a reply: \(received.count) bytes") }
      var piece = [UInt8](repeating: 0, count: 65_536)
      let count = unsafe recv(descriptor, &piece, piece.count, 0)
      if count < 0 { throw RawError(text: "no reply within a minute, \(received.count) bytes") }
      isClosed = count == 0
      received += piece[..<max(count, 0)]
    }
  }

  private static func parse(_ bytes: [UInt8], isClosed: Bool) -> RawReply? {
    guard let end = bytes.indices.dropLast(3).first(where: { Array(bytes[$0..<$0 + 4]) == [13, 10, 13, 10] }) else {
      return nil
    }
    let lines = String(decoding: bytes[..<end], as: UTF8.self).split(separator: "\r\n")
    let fields = lines.dropFirst().map { line in
      let parts = line.split(separator: ":", maxSplits: 1)
      return (name: String(parts[0]), value: String(parts.last?.drop { $0 == " " } ?? ""))
    }
    let status = lines.first?.split(separator: " ").dropFirst().first.flatMap { Int($0) } ?? 0
    let body = Array(bytes[(end + 4)...])
    let length = fields.first { $0.name.lowercased() == "content-length" }.flatMap { Int($0.value) }
    if status != 304, body.count < length ?? (isClosed ? 0 : Int.max) { return nil }
    return RawReply(status: status, headBytes: end + 4, fields: fields, body: body, isClosed: isClosed)
  }
}

/// Runs blocking work on a new thread.
package enum OwnThread {
  package static func run<Result: Sendable>(_ body: @escaping @Sendable () throws -> Result) async throws -> Result {
    try await withCheckedThrowingContinuation { continuation in
      Thread.detachNewThread { continuation.resume(with: Swift.Result { try body() }) }
    }
  }
}

extension RawReply {
  /// The members of a JSON object whose values are text.
  package var json: [String: String] {
    var members: [String: String] = [:]
    let parts = text.drop { $0 != "{" }.dropFirst().split(separator: "\"", omittingEmptySubsequences: false)
    var index = 1
    while index + 2 < parts.count, parts[index + 1] == ":" {
      members[String(parts[index])] = String(parts[index + 2])
      index += 4
    }
    return members
  }
}
