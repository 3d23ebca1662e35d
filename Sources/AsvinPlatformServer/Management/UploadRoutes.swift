import AsvinBundle
import AsvinCrypto
import AsvinPlatform
import AsvinPlatformAPI
import AsvinRelease
import AsvinWire
import HTTPTypes
import Hummingbird
import NIOCore

extension Management {
  static let uploads: [Route] = [
    Route(
      .post, "/manage/uploads", .person(.publish), "Begin to upload a bundle, or go on; one that is there is named",
      takes: UploadRequest.self, gives: .json(201, UploadReply.self, "It may begin"),
      .json(200, UploadReply.self, "It was begun, or is there")
    ) { call in
      let body = try await call.body(UploadRequest.self)
      guard let digest = Digest(hexadecimal: body.digest), body.size > 0, body.size <= Upload.largest else {
        throw Refusal(status: .contentTooLarge, message: "a bundle has 1 to \(Upload.largest) bytes")
      }
      let group = ID<FileGroup>(body.fileGroup)
      let now = call.now
      let (begun, isNew, known) = try await call.write { rows -> (Upload?, Bool, FirmwareReply?) in
        guard try rows.fileGroup(group) != nil else { throw PlatformError.notFound(.fileGroup) }
        if let known = try rows.firmware(bundle: digest, in: group) {
          return (nil, false, try FirmwareReply(known, in: rows))
        }
        if let begun = try rows.upload(of: digest, to: group) { return (begun, false, nil) }
        let upload = Upload(id: ID(0), fileGroup: group, size: body.size, digest: digest, created: now)
        return (try rows.add(upload), true, nil)
      }
      let received = try await begun.asyncMap { try await call.platform.objects.received($0.id) }
      return try Reply.json(
        UploadReply(upload: begun?.id.value, received: received ?? body.size, firmware: known),
        status: isNew ? .created : .ok)
    },
    Route(
      .get, "/manage/uploads/{upload}", .person(.publish), "How far an upload is",
      gives: .json(UploadReply.self, "How far it is")
    ) { call in
      let upload = try await call.upload()
      let received = try await call.platform.objects.received(upload.id)
      return try Reply.json(UploadReply(upload: upload.id.value, received: received))
    },
    Route(
      .patch, "/manage/uploads/{upload}", .person(.publish), "Send bytes, from an offset on", takesBytes: .max,
      query: [Property("offset", .integer(0...Property.largestID), "The place of the first byte")],
      gives: .json(UploadReply.self, "How far it is"),
      .problem(409, "Bytes before the offset are missing, or somebody else sends"),
      .problem(413, "There are more bytes than were said")
    ) { call in
      let upload = try await call.upload()
      guard let offset = try call.number("offset", in: 0...Property.largestID) else {
        throw Refusal.malformed("offset is missing")
      }
      return try await call.platform.uploads.exclusively(upload.id) {
        let received = try await call.receive(upload, at: UInt64(offset))
        return try Reply.json(UploadReply(upload: upload.id.value, received: received))
      }
    },
    Route(
      .post, "/manage/uploads/{upload}/finish", .person(.publish),
      "Judge what was uploaded by the group's keys, and list it", gives: .json(PublicationReply.self, "It is listed"),
      .problem(409, "It is not whole, or its sequence number is taken"), .problem(422, "It is rejected")
    ) { call in
      let upload = try await call.upload()
      return try await call.platform.uploads.exclusively(upload.id) { try await call.publish(upload) }
    },
    Route(
      .delete, "/manage/uploads/{upload}", .person(.publish), "Give an upload up", gives: .nothing(204, "It is gone")
    ) { call in
      let upload = try await call.upload()
      try await call.write { try $0.remove(upload.id) }
      try await call.platform.objects.discard(upload.id)
      return Response(status: .noContent)
    },
  ]
}

extension Call {
  fileprivate func upload() async throws -> Upload {
    let id: ID<Upload> = try self.id("upload", of: .upload)
    guard let upload = try await read({ rows in try rows.upload(id) }) else { throw PlatformError.notFound(.upload) }
    return upload
  }

  /// Takes the body's bytes.
  fileprivate func receive(_ upload: Upload, at start: UInt64) async throws -> UInt64 {
    var offset = start
    do {
      for try await buffer in request.body {
        let bytes = Array(buffer.readableBytesView)
        guard offset + UInt64(bytes.span.count) <= upload.size else {
          throw Refusal(status: .contentTooLarge, message: "the bundle was said to have \(upload.size) bytes")
        }
        try await platform.objects.append(bytes, to: upload.id, at: offset)
        offset += UInt64(bytes.span.count)
      }
    } catch let gap as UploadGap {
      throw Refusal(status: .conflict, message: "\(gap.received) bytes have arrived", hint: "go on from there")
    }
    guard offset > start else { throw Refusal.malformed("the body is empty") }
    return try await platform.objects.received(upload.id)
  }

  fileprivate func publish(_ upload: Upload) async throws -> Response {
    let received = try await platform.objects.received(upload.id)
    guard received == upload.size else {
      throw Refusal(status: .conflict, message: "\(received) of \(upload.size) bytes have arrived")
    }
    let group = try await read { rows in
      guard let group = try rows.fileGroup(upload.fileGroup) else { throw PlatformError.notFound(.fileGroup) }
      return group
    }
    let judged: JudgedBundle
    do {
      let content = try await platform.objects.content(upload.id)
      judged = try await aside { try JudgedBundle(content, digest: upload.digest, trust: group.trust) }
      try await platform.objects.keep(upload.id, as: upload.digest)
    } catch let failure as Failure {
      throw Refusal(failure)
    } catch is ObjectDamaged {
      throw Refusal(
        status: .unprocessableContent, message: "what has arrived has not the SHA-256 that was said",
        hint: "delete the upload and begin again")
    }
    let (reply, isNew) = try await write { rows in
      let (firmware, isNew) = try rows.publish(judged, to: upload.fileGroup)
      try rows.remove(upload.id)
      if isNew { try rows.record("firmware.publish", "firmware \(firmware.id.value)", self) }
      return (try FirmwareReply(firmware, in: rows), isNew)
    }
    try await platform.objects.discard(upload.id)
    let receipt = ReceiptClaims(reply, workspace: try workspace.value, group: group.name, by: caller.name, at: now)
    return try Reply.json(
      PublicationReply(firmware: reply, isNew: isNew, receipt: try await platform.tokens.receipt(receipt)))
  }
}

/// Uploads that somebody sends just now: a second sender is told, not mixed in.
actor UploadLocks {
  private var busy: Set<ID<Upload>> = []

  private func take(_ upload: ID<Upload>) -> Bool { busy.insert(upload).inserted }
  private func give(_ upload: ID<Upload>) { busy.remove(upload) }

  nonisolated func exclusively<Result: Sendable>(
    _ upload: ID<Upload>, _ body: @Sendable () async throws -> Result
  ) async throws -> Result {
    guard await take(upload) else { throw Refusal(status: .conflict, message: "somebody else sends this upload") }
    do {
      let result = try await body()
      await give(upload)
      return result
    } catch {
      await give(upload)
      throw error
    }
  }
}

extension Optional {
  fileprivate func asyncMap<Result>(_ body: (Wrapped) async throws -> Result) async rethrows -> Result? {
    guard let self else { return nil }
    return try await body(self)
  }
}
