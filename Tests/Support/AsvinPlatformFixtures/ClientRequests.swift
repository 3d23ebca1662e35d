import AsvinCrypto
import AsvinManifest

/// The requests of asvin's clients byte for byte, written from their documented behaviour without their code.
package enum ClientRequests {
  package static let customerKey = PlatformUnderTest.customerKey
  package static let deviceKey = PlatformUnderTest.deviceKey

  package static func signature(_ timestamp: Int64) -> String {
    let code = MessageCode.code(of: Array("\(timestamp)\(deviceKey)".utf8), key: Array(customerKey.utf8))
    return (0..<32).map { index in
      let text = String(code[index], radix: 16)
      return text.utf8.count == 1 ? "0\(text)" : text
    }.joined()
  }

  package static func loginBody(_ timestamp: Int64) -> String {
    #"{"device_key":"\#(deviceKey)","timestamp":\#(timestamp),"device_signature":"\#(signature(timestamp))"}"#
  }

  package static func request(_ line: String, _ fields: [String], _ body: String) -> String {
    (["\(line)"] + fields + ["Content-Length: \(body.utf8.count)"]).joined(separator: "\r\n") + "\r\n\r\n" + body
  }
}

/// The HTTP client and the update library of the Arduino core for ESP8266 and ESP32.
package struct ESPClient {
  package enum Chip: String { case esp8266 = "ESP8266", esp32 = "ESP32" }

  package let chip: Chip
  package let mac: String

  package init(chip: Chip, mac: String) { (self.chip, self.mac) = (chip, mac) }

  package func post(_ path: String, _ body: String, token: String? = nil, keepsAlive: Bool = false) -> String {
    ClientRequests.request(
      "POST \(path) HTTP/1.1",
      [
        "Host: platform.example", "User-Agent: \(chip.rawValue)HTTPClient",
        "Connection: \(keepsAlive ? "keep-alive" : "close")",
      ] + (chip == .esp8266 ? ["Accept-Encoding: identity;q=1,chunked;q=0.1,*;q=0"] : [])
        + ["Content-Type: application/json"] + (token.map { ["x-access-token: \($0)"] } ?? []), body)
  }

  package func update(
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

/// pycom's version of MicroPython's `urequests`, and the socket that its update opens.
package struct PycomClient {
  package let mac: String

  package init(mac: String) { self.mac = mac }

  /// A request in HTTP/1.0 without `User-Agent` and `Connection`, and with `Content-Type` twice.
  package func post(_ path: String, _ body: String, token: String? = nil) -> String {
    ClientRequests.request(
      "POST \(path) HTTP/1.0",
      ["Host: platform.example"] + (token.map { ["x-access-token: \($0)"] } ?? [])
        + ["Content-Type: application/json", "Content-Type: application/json"], body)
  }

  /// A request in HTTP/1.1, after which the client reads until the connection ends.
  package func update(_ cid: String, token: String) -> String {
    ClientRequests.request(
      "POST /firmware/download HTTP/1.1",
      ["Host: platform.example", "x-access-token: \(token)", "Content-Type: application/json"], #"{"cid": "\#(cid)"}"#)
  }

  /// Returns the bytes that the client writes to its flash. It reads slices of 100 bytes, looks for the empty line in each
  /// slice by itself, and writes the bytes after the line and all later slices.
  package static func written(of connection: [UInt8]) -> [UInt8] {
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

/// The load generator of 2020 in Python's `requests`. It sends the keys in each body without a signature.
package struct LoadGenerator {
  package let mac: String

  package init(mac: String) { self.mac = mac }

  package func post(_ path: String, _ members: String, withKeys: Bool = true) -> String {
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

/// Postman with asvin's collection of 2022.
package struct PostmanClient {
  package init() {}

  package func send(_ method: String, _ path: String, token: String, _ body: String = "") -> String {
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
