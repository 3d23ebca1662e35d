import AsvinCrypto
import AsvinManifest

/// What a client of asvin's sends, byte for byte: written from what is known of each, with none of their code.
enum ClientRequests {
  static let customerKey = PlatformUnderTest.customerKey
  static let deviceKey = PlatformUnderTest.deviceKey

  static func signature(_ timestamp: Int64) -> String {
    let code = MessageCode.code(of: Array("\(timestamp)\(deviceKey)".utf8), key: Array(customerKey.utf8))
    return (0..<32).map { index in
      let text = String(code[index], radix: 16)
      return text.utf8.count == 1 ? "0\(text)" : text
    }.joined()
  }

  static func loginBody(_ timestamp: Int64) -> String {
    #"{"device_key":"\#(deviceKey)","timestamp":\#(timestamp),"device_signature":"\#(signature(timestamp))"}"#
  }

  static func request(_ line: String, _ fields: [String], _ body: String) -> String {
    (["\(line)"] + fields + ["Content-Length: \(body.utf8.count)"]).joined(separator: "\r\n") + "\r\n\r\n" + body
  }
}

/// The HTTP client of the ESP8266's and ESP32's Arduino core, and their update libraries.
struct ESPClient {
  enum Chip: String { case esp8266 = "ESP8266", esp32 = "ESP32" }

  let chip: Chip
  let mac: String

  func post(_ path: String, _ body: String, token: String? = nil, keepsAlive: Bool = false) -> String {
    ClientRequests.request(
      "POST \(path) HTTP/1.1",
      [
        "Host: platform.example", "User-Agent: \(chip.rawValue)HTTPClient",
        "Connection: \(keepsAlive ? "keep-alive" : "close")",
      ] + (chip == .esp8266 ? ["Accept-Encoding: identity;q=1,chunked;q=0.1,*;q=0"] : [])
        + ["Content-Type: application/json"] + (token.map { ["x-access-token: \($0)"] } ?? []), body)
  }

  func update(
    _ cid: String, token: String, sketch: String = "d41d8cd98f00b204e9800998ecf8427e", free: Int = 1_000_000,
    keepsAlive: Bool = false
  ) -> String {
    let x = "x-\(chip.rawValue)"
    return ClientRequests.request(
      "POST /firmware/download HTTP/1.0",
      [
        "Host: platform.example", "User-Agent: \(chip.rawValue)-http-Update",
        "Connection: \(keepsAlive ? "keep-alive" : "close")", "Content-Type: application/json",
        "x-access-token: \(token)",
      ] + (chip == .esp8266 ? ["\(x)-Chip-ID: 1234567"] : ["Cache-Control: no-cache"])
        + [
          "\(x)-STA-MAC: \(mac)", "\(x)-AP-MAC: \(mac)", "\(x)-free-space: \(free)", "\(x)-sketch-size: 300000",
          "\(x)-sketch-md5: \(sketch)", "\(x)-chip-size: 4194304", "\(x)-sdk-version: 2.2.2", "\(x)-mode: sketch",
          "\(x)-version: 1.0.0",
        ], #"{"cid":"\#(cid)"}"#)
  }
}

/// MicroPython's `urequests` as pycom has it, and the socket that its update opens itself.
struct PycomClient {
  let mac: String

  /// HTTP/1.0, no `User-Agent`, no `Connection`, and the content's type twice.
  func post(_ path: String, _ body: String, token: String? = nil) -> String {
    ClientRequests.request(
      "POST \(path) HTTP/1.0",
      ["Host: platform.example"] + (token.map { ["x-access-token: \($0)"] } ?? [])
        + ["Content-Type: application/json", "Content-Type: application/json"], body)
  }

  /// HTTP/1.1, and then it reads until the connection ends.
  func update(_ cid: String, token: String) -> String {
    ClientRequests.request(
      "POST /firmware/download HTTP/1.1",
      ["Host: platform.example", "x-access-token: \(token)", "Content-Type: application/json"], #"{"cid": "\#(cid)"}"#)
  }

  /// What it writes of a connection's bytes: it takes slices of 100, looks for the empty line in each by itself, and
  /// writes what is behind it, and every slice after.
  static func written(of connection: [UInt8]) -> [UInt8] {
    var isBody = false
    var written: [UInt8] = []
    for start in stride(from: 0, to: connection.count, by: 100) {
      let slice = Array(connection[start..<min(start + 100, connection.count)])
      if isBody {
        written += slice
      } else if let end = slice.indices.dropLast(3).first(where: { Array(slice[$0..<$0 + 4]) == [13, 10, 13, 10] }) {
        isBody = true
        written += slice[(end + 4)...]
      }
    }
    return written
  }
}

/// The load generator of 2020, in Python's `requests`: the keys in each body, nothing signed.
struct LoadGenerator {
  let mac: String

  func post(_ path: String, _ members: String, withKeys: Bool = true) -> String {
    let keys = #""customer_key": "\#(ClientRequests.customerKey)", "device_key": "\#(ClientRequests.deviceKey)""#
    let all = (withKeys ? [keys] : []) + (members.isEmpty ? [] : [members])
    let body = "{\(all.joined(separator: ", "))}"
    return ClientRequests.request(
      "POST \(path) HTTP/1.1",
      [
        "Host: platform.example", "User-Agent: python-requests/2.24.0", "Accept-Encoding: gzip, deflate", "Accept: */*",
        "Connection: keep-alive", "Content-Type: application/json",
      ], body)
  }
}

/// Postman, with asvin's collection of 2022.
struct PostmanClient {
  func send(_ method: String, _ path: String, token: String, _ body: String = "") -> String {
    ClientRequests.request(
      "\(method) \(path) HTTP/1.1",
      [
        "X-Access-Token: \(token)", "Content-Type: application/json", "User-Agent: PostmanRuntime/7.29.0",
        "Accept: */*",
        "Cache-Control: no-cache", "Host: platform.example", "Accept-Encoding: gzip, deflate, br",
        "Connection: keep-alive",
      ], body)
  }
}
