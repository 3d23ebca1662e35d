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
      let listing = try query.listing(NameFilter<FileGroup>(query))
      return try Reply.json(try await call.read { rows in try FileGroupList(rows.fileGroups(listing), in: rows) })
    },
    Route(
      .post, "/manage/file-groups", .person(.administer), "Create a file group with the keys that it trusts",
      body: FileGroupRequest.self, answers: .json(201, FileGroupReply.self, "The group"),
      .problem(409, "A group with that name exists")
    ) { call in
      let body = try await call.body(FileGroupRequest.self)
      let trust = try PublicKeys.canonical(body.trust).map { TrustedKey($0) }
      let reply = try await call.write { rows in
        let group = try rows.add(FileGroup(id: ID(0), name: body.name, trust: trust))
        try rows.record(.createFileGroup, "file group \(group.id.value)", group.details(before: nil), call)
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
      let keys = try PublicKeys.canonical(body.trust)
      let reply = try await call.write { rows in
        guard var group = try rows.fileGroup(id) else { throw PlatformError.notFound(.fileGroup) }
        guard try rows.fileGroup(named: body.name).map({ $0.id == id }) ?? true else {
          throw PlatformError.nameTaken(.fileGroup)
        }
        let before = group
        group.name = body.name
        group.trust = keys.map { key in before.trust.first { $0.pem == key } ?? TrustedKey(key) }
        try rows.put(group)
        try rows.record(.changeFileGroup, "file group \(id.value)", group.details(before: before), call)
        return try FileGroupReply(group, in: rows)
      }
      return try Reply.json(reply)
    },
    Route(
      .post, "/manage/file-groups/{fileGroup}/trust", .person(.administer),
      "Add, end or remove keys of a file group, and leave its other keys as they are", body: TrustChangeRequest.self,
      answers: .json(FileGroupReply.self, "The group"),
      .problem(409, "The group does not trust a key that is to end or to be removed, or would have too many keys")
    ) { call in
      let id: ID<FileGroup> = try call.id("fileGroup", of: .fileGroup)
      let body = try await call.body(TrustChangeRequest.self)
      guard body.end?.isEmpty ?? true || body.expires != nil else { throw Refusal.malformed("end needs expires") }
      let (ending, removing) = (Set(body.end ?? []), Set(body.remove ?? []))
      guard ending.isDisjoint(with: removing) else { throw Refusal.malformed("a key is in end and in remove") }
      let added = try PublicKeys.canonical(body.add ?? [], of: "add")
      let reply = try await call.write { rows in
        guard var group = try rows.fileGroup(id) else { throw PlatformError.notFound(.fileGroup) }
        let before = group
        try group.changeTrust(
          adding: added, ending: ending, removing: removing, until: body.expires.map { Instant($0) })
        guard group != before else { return try FileGroupReply(group, in: rows) }
        try rows.put(group)
        try rows.record(.changeFileGroup, "file group \(id.value)", group.details(before: before), call)
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

extension FileGroup {
  /// The name, and which keys were added, removed and kept: SHA-256 of each in DER.
  fileprivate func details(before: FileGroup?) -> [AuditDetail] {
    let (old, new) = (Set(before?.trust.map(\.pem) ?? []), Set(trust.map(\.pem)))
    let ends = trust.compactMap { key in
      key.expires.map { AuditDetail("key-end", "\(TrustEnd.digest(of: key.pem)) \($0.seconds)") }
    }
    func keys(_ name: String, _ keys: Set<String>) -> [AuditDetail] {
      keys.map(TrustEnd.digest).sorted().map { AuditDetail(name, $0) }
    }
    return [AuditDetail("name", name)] + keys("key-added", new.subtracting(old))
      + keys("key-removed", old.subtracting(new)) + keys("key-kept", new.intersection(old)) + ends
  }
}

enum PublicKeys {
  /// Returns keys in the form in which they are stored: each in PEM without surrounding text. A text with two keys or with
  /// binary data is refused.
  static func canonical(_ trust: [String], of member: String = "trust") throws -> [String] {
    try trust.enumerated().map { index, text in
      let isText = text.utf8.allSatisfy { (0x20...0x7E).contains($0) || $0 == 0x0A || $0 == 0x0D || $0 == 0x09 }
      let marks = text.split(separator: "-----BEGIN", omittingEmptySubsequences: false).count - 1
      do {
        guard isText, marks == 1 else { throw Refusal.malformed("") }
        return String(decoding: try PublicKey(pem: Array(text.utf8)).pem(), as: UTF8.self)
      } catch {
        throw Refusal.malformed("\(member)[\(index)] must be one public key in PEM, Ed25519 or P-256")
      }
    }
  }
}
