import Foundation  // Thread is not in FoundationEssentials
import Glibc
import Synchronization

/// A proxy between a device and the platform that answers some requests itself and records all of them.
package final class Interceptor: Sendable {
  /// A reply of the proxy.
  package struct Answer: Sendable {
    package var status = 200
    package var fields = ""
    package var body = ""

    package init(_ status: Int, _ body: String = "", fields: String = "") {
      (self.status, self.body, self.fields) = (status, body, fields)
    }
  }

  package let port: Int
  private let listener: Int32
  private let target: Int
  private let rule: @Sendable (_ line: String, _ count: Int) -> Answer?
  private let lines = Mutex<[String]>([])

  /// The lines of the requests so far, such as `POST /v2/login HTTP/1.1`.
  package var requests: [String] { lines.withLock { $0 } }

  /// The number of requests whose line holds a text.
  package func count(_ text: String) -> Int { requests.count { $0.contains(text) } }

  /// - Parameter rule: returns the reply to a request from its line and the count of that line; `nil` forwards the request.
  package init(to target: Int, _ rule: @escaping @Sendable (_ line: String, _ count: Int) -> Answer? = { _, _ in nil })
    throws
  {
    (self.target, self.rule) = (target, rule)
    (listener, port) = try Sockets.listen()
    Thread.detachNewThread { self.accept() }
  }

  package func end() {
    shutdown(listener, Int32(SHUT_RDWR))
    close(listener)
  }

  private func accept() {
    while true {
      let client = Glibc.accept(listener, nil, nil)
      guard client >= 0 else { return }
      Thread.detachNewThread {
        self.serve(client)
        shutdown(client, Int32(SHUT_RDWR))
        close(client)
      }
    }
  }

  /// Answers one request and ends the connection.
  private func serve(_ client: Int32) {
    guard let request = Self.request(client), let end = request.firstIndex(of: 13) else { return }
    let line = String(decoding: request[..<end], as: UTF8.self)
    let count = lines.withLock { lines in
      lines.append(line)
      return lines.count { $0 == line }
    }
    if let answer = rule(line, count) {
      Sockets.send(
        Array(
          "HTTP/1.1 \(answer.status) X\r\nContent-Length: \(answer.body.utf8.count)\r\nConnection: close\r\n\(answer.fields)\r\n\(answer.body)"
            .utf8), client)
      return
    }
    let server = Sockets.connect(to: target)
    guard server >= 0 else { return }
    defer { close(server) }
    let forwarded = request[..<end] + Array("\r\nConnection: close".utf8) + request[end...]
    Sockets.send(Array(forwarded), server)
    var piece = [UInt8](repeating: 0, count: 65_536)
    var isFirst = true
    while true {
      let count = unsafe recv(server, &piece, piece.count, 0)
      guard count > 0 else { return }
      var bytes = Array(piece[..<count])
      // The added field prevents that the client uses the connection again.
      if isFirst, let end = bytes.firstIndex(of: 13) {
        bytes.insert(contentsOf: Array("\r\nConnection: close".utf8), at: end)
      }
      isFirst = false
      Sockets.send(bytes, client)
    }
  }

  /// Reads the bytes of a request.
  private static func request(_ client: Int32) -> [UInt8]? {
    var bytes: [UInt8] = []
    var piece = [UInt8](repeating: 0, count: 65_536)
    var needed: Int?
    while needed.map({ bytes.count < $0 }) ?? true {
      let count = unsafe recv(client, &piece, piece.count, 0)
      guard count > 0 else { return nil }
      bytes += piece[..<count]
      guard needed == nil, let head = String(bytes: bytes, encoding: .isoLatin1)?.range(of: "\r\n\r\n") else {
        continue
      }
      let text = String(bytes: bytes, encoding: .isoLatin1) ?? ""
      let length = text[..<head.lowerBound].split(separator: "\r\n").first {
        $0.lowercased().hasPrefix("content-length:")
      }
      let body = length.flatMap { Int($0.split(separator: ":")[1].trimmingCharacters(in: .whitespaces)) } ?? 0
      needed = text.distance(from: text.startIndex, to: head.upperBound) + body
    }
    return bytes
  }
}

/// Sockets on the loopback address.
package enum Sockets {
  private static let length = socklen_t(MemoryLayout<sockaddr_in>.size)

  private static func address(_ port: Int) -> sockaddr_in {
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_port = in_port_t(port).bigEndian
    address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
    return address
  }

  /// Opens a listening socket on a free port.
  package static func listen() throws -> (listener: Int32, port: Int) {
    let listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    var address = Self.address(0)
    let bound = unsafe withUnsafePointer(to: &address) { pointer in
      unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { unsafe bind(listener, $0, Self.length) }
    }
    var length = Self.length
    let named = unsafe withUnsafeMutablePointer(to: &address) { pointer in
      unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { unsafe getsockname(listener, $0, &length) }
    }
    guard bound == 0, named == 0, Glibc.listen(listener, 64) == 0 else { throw RawError(text: "cannot listen") }
    return (listener, Int(UInt16(bigEndian: address.sin_port)))
  }

  /// Connects to a port; negative on failure.
  package static func connect(to port: Int) -> Int32 {
    let server = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    var address = Self.address(port)
    let isConnected = unsafe withUnsafePointer(to: &address) { pointer in
      unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { unsafe Glibc.connect(server, $0, Self.length) }
    }
    if isConnected == 0 { return server }
    close(server)
    return -1
  }

  package static func send(_ bytes: [UInt8], _ socket: Int32) {
    var done = 0
    while done < bytes.count {
      let rest = Array(bytes[done...])
      let count = unsafe Glibc.send(socket, rest, rest.count, Int32(MSG_NOSIGNAL))
      guard count > 0 else { return }
      done += count
    }
  }
}
