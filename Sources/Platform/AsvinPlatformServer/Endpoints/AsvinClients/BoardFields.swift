import AsvinCrypto
import AsvinPlatform
import AsvinManifest
import HTTPTypes

/// The header fields with which the update library of an ESP8266 or ESP32 describes its board in each download.
struct BoardFields {
  /// The board's MAC address, which is the name of its device.
  let name: DeviceName?
  let board: Board

  init(_ fields: HTTPFields) {
    func field(_ name: String) -> (text: String, family: String)? {
      for (prefix, family) in [("x-ESP8266", "esp8266"), ("x-ESP32", "esp32")] {
        if let name = HTTPField.Name("\(prefix)-\(name)"), let value = fields[name] { return (value, family) }
      }
      return nil
    }
    let agent = fields[.userAgent] ?? ""
    let named = agent.hasPrefix("ESP8266") ? "esp8266" : agent.hasPrefix("ESP32") ? "esp32" : nil
    let address = field("STA-MAC")
    name = address.flatMap { DeviceName($0.text) }
    board = Board(
      runs: field("sketch-md5").flatMap { FixedBytes(hexadecimal: $0.text) },
      room: field("free-space").flatMap { UInt64($0.text) }, family: address?.family ?? named)
  }
}
