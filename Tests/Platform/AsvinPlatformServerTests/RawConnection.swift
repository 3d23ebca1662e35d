import Foundation  // Thread is not in FoundationEssentials
import Glibc

/// A reply, byte for byte.
struct RawReply {
  let status: Int
  /// The status line, the fields and the empty line, in bytes.
  let headBytes: Int
  let fields: [(name: String, value: String)]
  let body: [UInt8]
  /// Whether the server closed the connection behind it.
  let isClosed: Bool

  var text: String { String(decoding: body, as: UTF8.self) }

  func field(_ name: String) -> String? {
    fields.first { $0.name.lowercased() == name.lowercased() }?.value
  }
}

struct RawError: Error { let text: String }

/// A TCP connection to the server under test. It blocks, on threads that are nobody else's: the queues of Dispatch are
/// few, and the server's store works on them.
struct RawConnection: Sendable {
  private let descriptor: Int32

  static func open(port: Int) async throws -> RawConnection {
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
  func exchange(_ request: String, toEnd: Bool = false) async throws -> RawReply {
    try await exchange(Array(request.utf8), toEnd: toEnd)
  }

  /// As ``exchange(_:toEnd:)-String``, for a request whose body is no text.
  func exchange(_ bytes: [UInt8], toEnd: Bool = false) async throws -> RawReply {
    try await OwnThread.run {
      guard unsafe send(descriptor, bytes, bytes.count, Int32(MSG_NOSIGNAL)) == bytes.count else {
        throw RawError(text: "cannot send")
      }
      return try read(toEnd: toEnd)
    }
  }

  /// Sends bytes, and reads nothing.
  func write(_ bytes: [UInt8]) async throws {
    try await OwnThread.run {
      guard unsafe send(descriptor, bytes, bytes.count, Int32(MSG_NOSIGNAL)) == bytes.count else {
        throw RawError(text: "cannot send")
      }
    }
  }

  func end() { close(descriptor) }

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

/// A thread for what blocks.
enum OwnThread {
  static func run<Result: Sendable>(_ body: @escaping @Sendable () throws -> Result) async throws -> Result {
    try await withCheckedThrowingContinuation { continuation in
      Thread.detachNewThread { continuation.resume(with: Swift.Result { try body() }) }
    }
  }
}
