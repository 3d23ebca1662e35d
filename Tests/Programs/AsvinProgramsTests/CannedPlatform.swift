import AsvinPlatformAPI
import Foundation  // Thread is not in FoundationEssentials
import Glibc
import Synchronization

/// A platform that answers from a list, and notes what it was asked to change.
final class CannedPlatform: Sendable {
  let port: Int
  private let listener: Int32
  private let replies: [String: String]
  private let changed = Mutex<[String]>([])

  /// The requests that are no `GET`, as `POST /manage/rollouts/2/abort`.
  var changes: [String] { changed.withLock { $0 } }

  /// The option that names it, and the token.
  var option: String { "--to http://127.0.0.1:\(port)" }

  /// - Parameter replies: for each `METHOD /path`, a body, or a complete reply that starts with `HTTP/`.
  init(_ replies: [String: String]) throws {
    self.replies = replies
    listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
    var length = socklen_t(MemoryLayout<sockaddr_in>.size)
    let listener = self.listener
    let isListening = unsafe withUnsafeMutablePointer(to: &address) { pointer in
      unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        unsafe bind(listener, $0, length) == 0 && listen(listener, 64) == 0 && getsockname(listener, $0, &length) == 0
      }
    }
    guard isListening else { throw CocoaError(.fileReadUnknown) }
    port = Int(UInt16(bigEndian: address.sin_port))
    Thread.detachNewThread { self.serve() }
  }

  func end() { shutdown(listener, Int32(SHUT_RDWR)) }

  private func serve() {
    while true {
      let connection = accept(listener, nil, nil)
      guard connection >= 0 else {
        close(listener)
        return
      }
      answer(connection)
      close(connection)
    }
  }

  private func answer(_ connection: Int32) {
    var request = ""
    while !request.contains("\r\n\r\n") {
      var bytes = [UInt8](repeating: 0, count: 65_536)
      let got = unsafe read(connection, &bytes, bytes.count)
      guard got > 0 else { return }
      request += String(decoding: bytes[..<got], as: UTF8.self)
    }
    let words = request.split(separator: " ", maxSplits: 2).map(String.init)
    let path = words[1].split(separator: "?").first.map(String.init) ?? ""
    let call = "\(words[0]) \(path)"
    if words[0] != "GET" { changed.withLock { $0.append(call) } }
    let body = replies[call] ?? "HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
    let reply =
      body.hasPrefix("HTTP/")
      ? body
      : "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: \(body.utf8.count)\r\nConnection: close\r\n\r\n\(body)"
    let bytes = Array(reply.utf8)
    _ = unsafe send(connection, bytes, bytes.count, Int32(MSG_NOSIGNAL))
  }

  /// A message as the platform writes it.
  static func json(_ value: some Encodable) throws -> String {
    String(decoding: try JSONEncoder().encode(value), as: UTF8.self)
  }

  static func rollout(_ id: Int64, _ name: String) -> RolloutReply {
    RolloutReply(
      id: id, name: name, firmware: 1, groups: [1], priority: .batch, phase: .running, isDisabled: false,
      maintainer: "someone", wave: 0, members: 1,
      tally: RolloutTally())
  }

  static func device(_ id: Int64, _ name: String, label: String, group: Int64? = nil, of deviceClass: String? = nil)
    -> DeviceReply
  {
    DeviceReply(
      id: id, name: name, label: label, placement: group == nil ? .lobby : .grouped, version: "1.0.0",
      isVerifying: true, registered: 1, seen: 1,
      group: group, deviceClass: deviceClass)
  }

  static func firmware(
    _ id: Int64, _ version: String, sequence: UInt64, of deviceClass: String, name: String = "kettle"
  ) -> FirmwareReply {
    FirmwareReply(
      id: id, fileGroup: 1, name: name, version: version, size: 1, digest: "", md5: "", cid: "", isUsed: false,
      sequence: sequence, release: nil, bundle: nil, deviceClass: deviceClass)
  }
}
