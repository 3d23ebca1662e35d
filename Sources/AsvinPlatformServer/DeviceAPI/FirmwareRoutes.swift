import AsvinBundle
import AsvinCrypto
import AsvinPlatform
import AsvinWire
import HTTPTypes
import Hummingbird
import NIOCore

extension DeviceAPI {
  private struct IDBody: Decodable, BodyKeys {
    let id: NumberOrText
    let customerKey: String?
    let deviceKey: String?
  }

  private struct Metadata: Encodable {
    struct Inner: Encodable { let id, md, cid, version, description: String }
    let md, cid, version, id, message: String
    let valid: Bool
    // What the first generation looks into.
    let inner: Inner

    enum CodingKeys: String, CodingKey {
      case md, cid, version, id, message, valid
      case inner = "Firmware"
    }
  }

  func firmwareByBody(_ request: Request, context: PlatformContext) async throws -> Response {
    let body = try await request.decoded(IDBody.self)
    return try await metadata(body.id.text, in: workspace(request, keys: body))
  }

  /// `GET /firmware/:id` and `GET /firmware/:cid` are one path on one host: a CID looks like nothing else.
  func firmwareByPath(_ request: Request, context: PlatformContext) async throws -> Response {
    let id = try context.parameters.require("id")
    let workspace = try await workspace(request)
    return Self.isContentID(id)
      ? try await content(id, for: request, in: workspace) : try await metadata(id, in: workspace)
  }

  static func isContentID(_ text: String) -> Bool {
    let base58 = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"
    let base32 = "abcdefghijklmnopqrstuvwxyz234567"
    return text.utf8.count == 46 && text.hasPrefix("Qm") && text.allSatisfy(base58.contains)
      || text.utf8.count >= 59 && text.hasPrefix("b") && text.allSatisfy(base32.contains)
  }

  private func metadata(_ text: String, in workspace: ID<Workspace>) async throws -> Response {
    guard let number = Int64(text),
      let firmware = try await store.read(in: workspace, { rows in try rows.firmware(ID(number)) })
    else { throw Refusal.notFound("there is no such firmware") }
    let (md, cid) = (firmware.image.md5.hexadecimal, firmware.image.contentID)
    return try Reply.json(
      Metadata(
        md: md, cid: cid, version: firmware.version, id: text,
        message: "Firmware with id \(text) got successfully", valid: true,
        inner: .init(id: text, md: md, cid: cid, version: firmware.version, description: "")))
  }

  private struct DownloadBody: Decodable, BodyKeys {
    let cid: String
    let customerKey: String?
    let deviceKey: String?
  }

  func download(_ request: Request, context: PlatformContext) async throws -> Response {
    let body = try await request.decoded(DownloadBody.self)
    return try await content(body.cid, for: request, in: workspace(request, keys: body))
  }

  private func image(of firmware: Firmware) async throws -> (any ByteSource & Sendable)? {
    do {
      return try await firmware.image(in: objects)
    } catch is ObjectDamaged {
      throw Refusal(status: .serviceUnavailable, message: "the image was changed on disk, and is not given out")
    }
  }

  /// Read as it is sent; but for pycom's client, which does not say what it is and needs the header and the body in one
  /// piece: what such a board can hold.
  private static func body(_ image: any ByteSource & Sendable, for request: Request) throws -> ResponseBody {
    guard request.headers[.userAgent] == nil, image.count <= 1 << 22 else {
      return Download.body(image, 0..<image.count)
    }
    return ResponseBody(byteBuffer: ByteBuffer(bytes: try image.read(at: 0, count: Int(image.count))))
  }

  /// The inner image, as a device without our verifier takes it.
  private func content(_ cid: String, for request: Request, in workspace: ID<Workspace>) async throws -> Response {
    guard let firmware = try await store.read(in: workspace, { rows in try rows.firmware(contentID: cid) }) else {
      throw Refusal.notFound("there is no such firmware")
    }
    let board = ESPBoard(request.headers)
    let runsIt = board?.sketchDigest == firmware.image.md5
    if let name = board?.name {
      let now = clock()
      try await store.write(in: workspace) { rows in
        guard var device = try rows.device(name), device.key == nil else { return }
        if runsIt {
          try rows.recognise(&device, runs: firmware, at: now)
        } else {
          try rows.begin(&device, firmware, at: now)
        }
      }
    }
    if runsIt { return Response(status: .notModified) }
    if let room = board?.freeBytes, room < firmware.image.size {
      throw Refusal(
        status: .contentTooLarge, message: "the image has \(firmware.image.size) bytes, and there is room for \(room)")
    }
    guard let image = try await image(of: firmware) else { throw Refusal.notFound("the image is not kept any more") }
    var response = Response(
      status: .ok, headers: [.contentType: "application/octet-stream"], body: try Self.body(image, for: request))
    if let name = HTTPField.Name("x-MD5") { response.headers[name] = firmware.image.md5.hexadecimal }
    return response
  }
}

/// What the update library of an ESP8266 or ESP32 says of its board with each download.
struct ESPBoard {
  /// Its address, which its device is named by.
  let name: DeviceName?
  /// MD5 of the image that it runs.
  let sketchDigest: FixedBytes<16>?
  /// Bytes that it has room for.
  let freeBytes: UInt64?

  init?(_ fields: HTTPFields) {
    func field(_ name: String) -> String? {
      for kind in ["x-ESP8266", "x-ESP32"] {
        if let name = HTTPField.Name("\(kind)-\(name)"), let value = fields[name] { return value }
      }
      return nil
    }
    (name, sketchDigest) = (
      field("STA-MAC").flatMap { DeviceName($0) }, field("sketch-md5").flatMap { FixedBytes(hexadecimal: $0) }
    )
    freeBytes = field("free-space").flatMap { UInt64($0) }
    if name == nil, sketchDigest == nil, freeBytes == nil { return nil }
  }
}
