import AsvinCrypto
import AsvinPlatform
import AsvinPlatformAPI
import AsvinVerifier
import Hummingbird

extension Management {
  static let fileGroups: [Route] = [
    Route(
      .get, "/manage/file-groups", .person(.read), "List the file groups",
      query: Property.list(GroupSort.self, Property.groupFilters), answers: .json(FileGroupList.self, "The groups")
    ) { call in
      let query = try call.query
      let listing = try query.listing(GroupFilter<FileGroup>(query))
      return try Reply.json(try await call.read { rows in try FileGroupList(rows.fileGroups(listing), in: rows) })
    },
    Route(
      .post, "/manage/file-groups", .person(.administer), "Create a file group with the keys that it trusts",
      body: FileGroupRequest.self, answers: .json(201, FileGroupReply.self, "The group"),
      .problem(409, "A group with that name exists")
    ) { call in
      let body = try await call.body(FileGroupRequest.self)
      let trust = try PublicKeys.canonical(body.trust)
      let reply = try await call.write { rows in
        let group = try rows.add(FileGroup(id: ID(0), name: body.name, trust: trust))
        try rows.record(.createFileGroup, "file group \(group.id.value)", call)
        return try FileGroupReply(group, in: rows)
      }
      return try Reply.json(reply, status: .created)
    },
    Route(
      .get, "/manage/file-groups/{fileGroup}", .person(.read), "Show a file group",
      answers: .json(FileGroupReply.self, "The group")
    ) { call in
      let id: ID<FileGroup> = try call.id("fileGroup", of: .fileGroup)
      let reply = try await call.read { rows in
        guard let group = try rows.fileGroup(id) else { throw PlatformError.notFound(.fileGroup) }
        return try FileGroupReply(group, in: rows)
      }
      return try Reply.json(reply)
    },
    Route(
      .put, "/manage/file-groups/{fileGroup}", .person(.administer), "Change the name and the keys of a file group",
      body: FileGroupRequest.self, answers: .json(FileGroupReply.self, "The group"),
      .problem(409, "A group with that name exists")
    ) { call in
      let id: ID<FileGroup> = try call.id("fileGroup", of: .fileGroup)
      let body = try await call.body(FileGroupRequest.self)
      let trust = try PublicKeys.canonical(body.trust)
      let reply = try await call.write { rows in
        guard var group = try rows.fileGroup(id) else { throw PlatformError.notFound(.fileGroup) }
        guard try rows.fileGroup(named: body.name).map({ $0.id == id }) ?? true else {
          throw PlatformError.nameTaken(.fileGroup)
        }
        (group.name, group.trust) = (body.name, trust)
        try rows.put(group)
        try rows.record(.changeFileGroup, "file group \(id.value)", call)
        return try FileGroupReply(group, in: rows)
      }
      return try Reply.json(reply)
    },
    Route(
      .get, "/manage/file-groups/{fileGroup}/firmware", .person(.read), "List the firmware in a file group",
      query: Property.list(FirmwareSort.self, Property.firmwareFilters),
      answers: .json(FirmwareList.self, "The firmware")
    ) { call in
      let id: ID<FileGroup> = try call.id("fileGroup", of: .fileGroup)
      let query = try call.query
      let listing = try query.listing(FirmwareFilter(query, in: id))
      let list = try await call.read { rows in
        guard try rows.fileGroup(id) != nil else { throw PlatformError.notFound(.fileGroup) }
        return try FirmwareList(rows.firmware(listing), in: rows)
      }
      return try Reply.json(list)
    },
  ]
}

enum PublicKeys {
  /// Returns keys in the form in which they are stored: each in PEM without surrounding text. A text with two keys or with
  /// binary data is refused.
  static func canonical(_ trust: [String]) throws -> [String] {
    try trust.enumerated().map { index, text in
      let isText = text.utf8.allSatisfy { (0x20...0x7E).contains($0) || $0 == 0x0A || $0 == 0x0D || $0 == 0x09 }
      let marks = text.split(separator: "-----BEGIN", omittingEmptySubsequences: false).count - 1
      do {
        guard isText, marks == 1 else { throw Refusal.malformed("") }
        return String(decoding: try PublicKey(pem: Array(text.utf8)).pem(), as: UTF8.self)
      } catch {
        throw Refusal.malformed("trust[\(index)] must be one public key in PEM, Ed25519 or P-256")
      }
    }
  }
}
