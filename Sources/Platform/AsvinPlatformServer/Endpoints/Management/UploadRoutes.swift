import AsvinHost
import AsvinCrypto
import AsvinPlatform
import AsvinPlatformAPI
import AsvinManifest
import HTTPTypes
import Hummingbird
import NIOCore

extension Management {
  static let uploads: [Route] = [
    Route(
      .post, "/manage/uploads", .person(.publish),
      "Begin or resume the upload of a bundle; a published bundle is returned instead",
      body: UploadRequest.self, answers: .json(201, UploadReply.self, "The upload begins"),
      .json(200, UploadReply.self, "The upload was begun before, or the bundle is published"),
      .problem(409, "Another client is sending the bundle with another size, or too many uploads are open"),
      .problem(507, "The disk does not have enough space for the bundle")
    ) { call in
      let body = try await call.body(UploadRequest.self)
      guard let digest = Digest(hexadecimal: body.digest), body.size > 0, body.size <= PlatformLimit.bundleBytes else {
        throw Refusal(status: .contentTooLarge, message: "a bundle must have 1 to \(PlatformLimit.bundleBytes) bytes")
      }
      return try await call.begin(body, digest)
    },
    Route(
      .get, "/manage/uploads", .person(.publish), "List the uploads in progress",
      answers: .json(UploadList.self, "The uploads")
    ) { call in
      var items: [UploadReply] = []
      for upload in try await call.read({ try $0.uploads() }) {
        items.append(
          UploadReply(upload: upload.id.value, received: try await call.platform.objects.received(upload.id)))
      }
      return try Reply.json(UploadList(items: items))
    },
    Route(
      .get, "/manage/uploads/{upload}", .person(.publish), "Show the progress of an upload",
      answers: .json(UploadReply.self, "The progress")
    ) { call in
      let upload = try await call.upload()
      let received = try await call.platform.objects.received(upload.id)
      return try Reply.json(UploadReply(upload: upload.id.value, received: received))
    },
    Route(
      .patch, "/manage/uploads/{upload}", .person(.publish), "Send bytes of an upload from an offset", bodyBytes: .max,
      query: [Property("offset", .integer(0...PlatformLimit.largestID), "The offset of the first byte")],
      answers: .json(UploadReply.self, "The progress"),
      .problem(409, "Bytes before the offset are missing, or another client is sending"),
      .problem(410, "The upload was deleted in the meantime"), .problem(413, "The bytes exceed the announced size"),
      .problem(507, "The disk does not have enough space for the bytes")
    ) { call in
      let upload = try await call.upload()
      guard let offset = try call.number("offset", in: 0...PlatformLimit.largestID) else {
        throw Refusal.malformed("offset is missing")
      }
      return try await call.platform.uploads.exclusively(.upload(upload.id)) {
        let received = try await call.receive(upload, at: UInt64(offset))
        return try Reply.json(UploadReply(upload: upload.id.value, received: received))
      }
    },
    Route(
      .post, "/manage/uploads/{upload}/finish", .person(.publish),
      "Verify the uploaded bundle with the keys of the file group, and publish it",
      answers: .json(PublicationReply.self, "The bundle is published"),
      .problem(409, "The upload is incomplete, or another release has the sequence number"),
      .problem(422, "The bundle is rejected")
    ) { call in
      let upload = try await call.upload()
      return try await call.platform.uploads.exclusively(.upload(upload.id)) {
        try await call.platform.uploads.exclusively(.bundle(upload.digest.hexadecimal)) {
          try await call.publish(upload)
        }
      }
    },
    Route(
      .get, "/manage/uploads/{upload}/release", .person(.publish),
      "Verify an uploaded bundle as its publication does, and show what its manifest states",
      answers: .json(ReleaseReply.self, "The bundle can be published"),
      .problem(409, "The upload is incomplete, or another release has the sequence number"),
      .problem(422, "The bundle is rejected")
    ) { call in
      let upload = try await call.upload()
      return try await call.platform.uploads.exclusively(.upload(upload.id)) {
        try Reply.json(try await call.check(upload))
      }
    },
    Route(
      .delete, "/manage/uploads/{upload}", .person(.publish), "Delete an upload",
      answers: .nothing(204, "The upload is deleted")
    ) { call in
      let upload = try await call.upload()
      // The bytes are removed first, because on a full disk the database can only be written after that.
      call.platform.uploads.stop(upload.id)
      try await call.platform.objects.discard(upload.id)
      try await call.write { try $0.discard(upload, call) }
      return Response(status: .noContent)
    },
  ]
}

extension Upload {
  /// The facts about an upload in the audit log.
  var details: [AuditDetail] {
    [
      AuditDetail("bundle", digest.hexadecimal), AuditDetail("bytes", "\(size)"),
      AuditDetail("file-group", "\(fileGroup.value)"),
    ]
  }
}

extension WriteTransaction {
  /// Removes an upload that is not published.
  fileprivate func discard(_ upload: Upload, _ call: Call) throws {
    try remove(upload.id)
    try record(.deleteUpload, "upload \(upload.id.value)", upload.details, call)
  }
}

extension Call {
  fileprivate func upload() async throws -> Upload {
    let id: ID<Upload> = try self.id("upload", of: .upload)
    guard let upload = try await read({ rows in try rows.upload(id) }) else { throw PlatformError.notFound(.upload) }
    return upload
  }

  /// Begins an upload, or returns the one in progress. A published bundle is uploaded again only if its object is missing
  /// or damaged.
  fileprivate func begin(_ body: UploadRequest, _ digest: Digest) async throws -> Response {
    let group = ID<FileGroup>(body.fileGroup)
    let listed = try await read { rows -> FirmwareReply? in
      guard try rows.fileGroup(group) != nil else { throw PlatformError.notFound(.fileGroup) }
      return try rows.firmware(bundle: digest, in: group).map { firmware in
        try firmware.requireOffered()
        return try FirmwareReply(firmware, in: rows)
      }
    }
    if let listed, try await isKept(digest) {
      return try Reply.json(UploadReply(received: body.size, firmware: listed))
    }
    if let begun = try await read({ try $0.upload(of: digest, to: group) }), begun.size != body.size {
      // One of the two announced sizes is wrong. The upload begins again, unless a client is sending it.
      try await platform.uploads.exclusively(.upload(begun.id)) { try await discard(begun) }
    }
    let now = now
    let (begun, isNew) = try await write { rows -> (Upload, Bool) in
      if let begun = try rows.upload(of: digest, to: group) { return (begun, false) }
      guard try rows.uploads().count < PlatformLimit.openUploads else {
        throw Refusal(
          status: .conflict, message: "\(PlatformLimit.openUploads) uploads are open",
          hint: "finish or delete some of them: GET /manage/uploads lists them")
      }
      let upload = Upload(id: ID(0), fileGroup: group, size: body.size, digest: digest, created: now)
      let added = try rows.add(upload)
      try rows.record(.beginUpload, "upload \(added.id.value)", added.details, self)
      return (added, true)
    }
    let received = try await platform.objects.received(begun.id)
    do {
      try await requireSpace(for: begun.size - min(received, begun.size))
    } catch {
      if isNew { try await discard(begun) }
      throw error
    }
    return try Reply.json(
      UploadReply(upload: begun.id.value, received: received), status: isNew ? .created : .ok)
  }

  private func isKept(_ bundle: Digest) async throws -> Bool {
    do {
      return try await platform.objects.object(bundle) != nil
    } catch is ObjectDamaged {
      return false
    }
  }

  /// Refuses bytes that would fill the disk before they are read.
  private func requireSpace(for bytes: UInt64) async throws {
    let room = try await platform.objects.room()
    guard !room.isReadOnly else { throw ServiceFault.readOnly }
    guard room.holds(bytes) else {
      throw Refusal(
        status: .insufficientSpace,
        message: "the platform's disk does not have space for \(bytes) bytes: \(room.free) are free, "
          + "\(room.reserve) in reserve",
        hint: "free space on the server, or delete uploads")
    }
  }

  /// Removes an upload and its bytes.
  private func discard(_ upload: Upload) async throws {
    try await platform.objects.discard(upload.id)
    try await write { try $0.discard(upload, self) }
  }

  /// Writes the body's bytes.
  fileprivate func receive(_ upload: Upload, at start: UInt64) async throws -> UInt64 {
    let tooLong = Refusal(status: .contentTooLarge, message: "the announced size of the bundle is \(upload.size) bytes")
    if let length = request.headers[.contentLength].flatMap({ UInt64($0) }) {
      guard start <= upload.size, length <= upload.size - start else { throw tooLong }
      try await requireSpace(for: length)
    }
    var offset = start
    do {
      for try await buffer in request.body {
        let bytes = Array(buffer.readableBytesView)
        guard offset + UInt64(bytes.count) <= upload.size else { throw tooLong }
        try platform.uploads.check(upload.id)
        try await platform.objects.append(bytes, to: upload.id, at: offset)
        offset += UInt64(bytes.count)
      }
    } catch let gap as UploadGap {
      throw Refusal(
        status: .conflict, message: "\(gap.received) bytes were received", hint: "continue from that offset")
    }
    guard offset > start else { throw Refusal.malformed("the body is empty") }
    return try await platform.objects.received(upload.id)
  }

  /// Returns the file group of an upload whose bytes have all arrived.
  private func group(ofComplete upload: Upload) async throws -> FileGroup {
    let received = try await platform.objects.received(upload.id)
    guard received == upload.size else {
      throw Refusal(status: .conflict, message: "\(received) of \(upload.size) bytes were received")
    }
    return try await read { rows in
      guard let group = try rows.fileGroup(upload.fileGroup) else { throw PlatformError.notFound(.fileGroup) }
      return group
    }
  }

  /// Verifies every byte of an upload.
  private func accept(_ upload: Upload, for group: FileGroup) async throws -> AcceptedBundle {
    let keys = group.keys(at: now)
    let content = try await platform.objects.content(upload.id)
    return try await Workers.digests.run { try AcceptedBundle(content, digest: upload.digest, trust: keys) }
  }

  /// Describes an upload that could be published. A bundle that is rejected stays, until its sender deletes it or its time
  /// ends.
  fileprivate func check(_ upload: Upload) async throws -> ReleaseReply {
    let group = try await group(ofComplete: upload)
    do {
      let accepted = try await accept(upload, for: group)
      var reply = ReleaseReply(accepted.manifest, signers: accepted.signers)
      reply.isPublished = try await read { rows in
        try rows.checkPublication(of: accepted, to: upload.fileGroup)
        return try rows.firmware(bundle: upload.digest, in: upload.fileGroup) != nil
      }
      return reply
    } catch let failure as Failure {
      throw Refusal(failure)
    }
  }

  fileprivate func publish(_ upload: Upload) async throws -> Response {
    let group = try await group(ofComplete: upload)
    let accepted: AcceptedBundle
    let wasKept: Bool
    do {
      accepted = try await accept(upload, for: group)
      // A bundle that the rules refuse does not become an object.
      try await read { rows in try rows.checkPublication(of: accepted, to: upload.fileGroup) }
      wasKept = try await isKept(upload.digest)
      try await platform.objects.keep(upload.id, as: upload.digest)
    } catch let failure as Failure {
      try await discard(upload)
      throw Refusal(failure)
    } catch is ObjectDamaged {
      try await discard(upload)
      throw Refusal(
        status: .unprocessableContent, message: "the received bytes do not have the SHA-256 of the upload",
        hint: "upload the bundle again")
    } catch let error as PlatformError {
      try await discard(upload)
      throw error
    }
    let (reply, isNew): (FirmwareReply, Bool)
    do {
      (reply, isNew) = try await write { rows in
        let (firmware, isNew) = try rows.publish(accepted, to: upload.fileGroup, at: self.now)
        try rows.remove(upload.id)
        if isNew {
          try rows.record(.publishFirmware, "firmware \(firmware.id.value)", firmware.details, self)
        } else {
          try rows.record(.deleteUpload, "upload \(upload.id.value)", upload.details, self)
        }
        return (try FirmwareReply(firmware, in: rows), isNew)
      }
    } catch let error as PlatformError {
      // Another release got the sequence number in the meantime.
      let isListed = try await platform.store.isListed(bundle: upload.digest)
      if !wasKept, !isListed {
        try await platform.objects.remove(upload.digest)
      }
      try await discard(upload)
      throw error
    }
    try await platform.objects.discard(upload.id)
    let receipt = ReceiptClaims(reply, workspace: try workspace.value, group: group.name, by: caller.name, at: now)
    return try Reply.json(
      PublicationReply(firmware: reply, isNew: isNew, receipt: try await platform.tokens.receipt(receipt)))
  }
}
