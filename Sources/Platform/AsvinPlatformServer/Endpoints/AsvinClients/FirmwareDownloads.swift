import AsvinHost
import AsvinCrypto
import AsvinPlatform
import AsvinPlatformAPI
import AsvinManifest
import HTTPTypes
import Hummingbird
import NIOCore

extension AsvinClientsAPI {
  /// The members that asvin's clients read, and no others, because an ESP8266 has little memory for them (``LegacyReply``).
  private struct Metadata: Encodable {
    struct Inner: Encodable { let cid: String }
    let md, cid, version, id: String
    // For the first generation of clients.
    let inner: Inner

    enum CodingKeys: String, CodingKey {
      case md, cid, version, id
      case inner = "Firmware"
    }
  }

  func firmwareByBody(_ request: Request, context: PlatformContext) async throws -> Response {
    let body = try await request.clientBody()
    return try await metadata(body.id(), in: workspace(context, keys: body))
  }

  /// `GET /firmware/:id` and `GET /firmware/:cid` have one path. A CID differs in form from every id.
  func firmwareByPath(_ request: Request, context: PlatformContext) async throws -> Response {
    let id = try context.parameters.require("id")
    let workspace = try await workspace(context)
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
    else { throw Refusal.notFound("the firmware does not exist") }
    let (md, cid) = (firmware.image.md5.hexadecimal, firmware.image.contentID)
    return try Reply.json(
      Metadata(
        md: md, cid: cid, version: firmware.version, id: "\(number)", inner: .init(cid: cid)))
  }

  func download(_ request: Request, context: PlatformContext) async throws -> Response {
    let body = try await request.clientBody()
    return try await content(body.required("cid"), for: request, in: workspace(context, keys: body))
  }

  private func image(of firmware: Firmware) async throws -> (any ByteSource & Sendable)? {
    do {
      return try await firmware.image(in: objects)
    } catch is ObjectDamaged {
      throw Refusal(status: .serviceUnavailable, message: "the image was changed on disk and is not served")
    }
  }

  /// Returns a body that is read while it is sent. pycom's client, which sends no `User-Agent`, needs the header and the
  /// body in one piece: for it, images up to the size of such a board's flash are read at once.
  private static func body(_ image: any ByteSource & Sendable, for request: Request) async throws -> ResponseBody {
    guard request.headers[.userAgent] == nil, image.size <= 1 << 22 else {
      return Download.body(image, 0..<image.size)
    }
    let bytes = try await Workers.files.run { try image.read(at: 0, count: Int(image.size)) }
    return ResponseBody(byteBuffer: ByteBuffer(bytes: bytes))
  }

  /// Serves the image for slot 0 to a legacy device.
  private func content(_ cid: String, for request: Request, in workspace: ID<Workspace>) async throws -> Response {
    let firmware: Firmware
    do {
      switch try await answer(to: cid, for: request, in: workspace) {
      case .serve(let served): firmware = served
      case .runsIt: return Response(status: .notModified)
      case .noRoom(let known, let room):
        throw Refusal(
          status: .contentTooLarge,
          message: "the image has \(known.image.size) bytes, and the device has space for \(room)")
      case .otherChip(let known):
        throw Refusal(status: .forbidden, message: "the image is for \(known.image.chip ?? "another chip")")
      case .refused(let error): throw error
      }
    } catch let error as PlatformError {
      throw Refusal(error)
    }
    guard let image = try await image(of: firmware) else { throw Refusal.notFound("the image is not stored any more") }
    var response = Response(
      status: .ok, headers: [.contentType: "application/octet-stream"], body: try await Self.body(image, for: request))
    response.headers[.md5] = firmware.image.md5.hexadecimal
    return response
  }

  /// Answers a download. A board that names itself in the request's fields gets what its rollout offers. Other clients get
  /// the image of any running rollout.
  private func answer(
    to cid: String, for request: Request, in workspace: ID<Workspace>
  ) async throws -> DownloadAnswer {
    let (fields, now) = (BoardFields(request.headers), clock())
    guard let name = fields.name, let known = try await store.read(in: workspace, { try $0.device(name) }) else {
      return try await store.read(in: workspace) { try $0.openDownload(cid) }
    }
    guard known.placement != .blacklisted else { return .refused(.held(.blacklisted)) }
    // The shared keys of a workspace do not authenticate a device with a key of its own.
    guard known.key == nil else { return try await store.read(in: workspace) { try $0.openDownload(cid) } }
    return try await store.write(in: workspace) { rows in
      guard var device = try rows.device(name) else { throw PlatformError.notFound(.device) }
      return try rows.download(cid, to: &device, on: fields.board, at: now)
    }
  }
}
