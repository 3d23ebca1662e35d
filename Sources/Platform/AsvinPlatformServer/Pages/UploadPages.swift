import AsvinPlatform
import AsvinPlatformAPI
import AsvinPlatformPages
import FoundationEssentials
import HTTPTypes
import Hummingbird

extension ConsolePages {
  /// An upload from a browser. The script announces the file by its digest, so that an interrupted upload is resumed, and
  /// sends it in parts. The bundle is shown before it is published.
  static let uploads: [PageRoute] = [
    PageRoute(method: .post, path: "/uploads", access: .user(.publish)) { call in
      try call.requireFormCode()
      let bytes = try await call.request.bytes(upTo: PlatformLimit.bodyBytes)
      let request = try call.decode(UploadRequest.self, bytes)
      return try Reply.json(try await call.send(.post, "/manage/uploads", request, as: UploadReply.self))
    },
    PageRoute(method: .patch, path: "/uploads/{upload}", access: .user(.publish)) { call in
      try call.requireFormCode()
      let id = try call.id("upload", of: .upload)
      let offset = call.query("offset").flatMap { Int64($0) } ?? 0
      return try await call.pages.management.forward(
        .patch, "/manage/uploads/\(id)?offset=\(offset)", call.request, call.context)
    },
    .page("/uploads/{upload}", .user(.publish)) { call in try await call.uploadPage() },
    .form("/uploads/{upload}", .user(.publish)) { call, fields in
      let id = try call.id("upload", of: .upload)
      do {
        if fields.isOn("discard") {
          try await call.send(.delete, "/manage/uploads/\(id)")
          return call.redirect(to: "/firmware", done: "upload-discarded")
        }
        let reply = try await call.send(.post, "/manage/uploads/\(id)/finish", as: PublicationReply.self)
        return call.redirect(to: "/firmware/\(reply.firmware.id)", done: "published")
      } catch let refusal as Refusal {
        // A publication that is refused discards the upload, so that there is no page of it any more.
        let workspace = try call.user.workspace
        guard try await call.platform.store.read(in: workspace, { try $0.upload(ID(id)) != nil }) else { throw refusal }
        return try await call.uploadPage(refusal)
      }
    },
  ]
}

extension PageCall {
  /// Refuses a request of the script without the code of the page, which another site does not have.
  fileprivate func requireFormCode() throws {
    if let site = request.headers[.fetchSite], site != "same-origin" { throw PageProblem.expiredForm }
    guard cookie.isFormCode(request.headers[.formCode] ?? "") else { throw PageProblem.expiredForm }
  }

  fileprivate func decode<Message: Decodable>(_ type: Message.Type, _ bytes: [UInt8]) throws -> Message {
    do {
      return try JSONDecoder().decode(type, from: Data(bytes))
    } catch is DecodingError {
      throw Refusal.malformed("the body is not the message of an upload")
    }
  }

  /// Shows what an uploaded bundle states, or why it is refused.
  fileprivate func uploadPage(_ problem: Refusal? = nil) async throws -> Response {
    let id = try id("upload", of: .upload)
    let workspace = try user.workspace
    let upload = try await platform.store.read(in: workspace) { try $0.upload(ID(id)) }
    guard let upload else { throw Refusal(PlatformError.notFound(.upload)) }
    let group: FileGroupReply = try await get(ManagementPath("/manage/file-groups/\(upload.fileGroup.value)"))
    var values: [String: PageValue] = [
      "id": .number(id), "group": ["id": .number(group.id), "name": .text(group.name)],
      "size": .text(size(upload.size)), "release": false,
    ]
    do {
      let release: ReleaseReply = try await get(ManagementPath("/manage/uploads/\(id)/release"))
      values["release"] = describe(release, of: group)
      values["published"] = .flag(release.isPublished ?? false)
    } catch let refusal as Refusal {
      // Anything else, such as another page that verifies it at the same time, is not a fault of the bundle.
      values["refused"] = .flag([.unprocessableContent, .forbidden].contains(refusal.status))
      values["notice"] = self.problem(refusal)
      return try page("upload", values, section: .firmware, status: refusal.status)
    }
    if let problem { values["notice"] = self.problem(problem) }
    return try page("upload", values, section: .firmware, status: problem?.status ?? .ok)
  }
}
