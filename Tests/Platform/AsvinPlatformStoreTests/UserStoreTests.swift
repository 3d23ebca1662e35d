import AsvinFixtures
import AsvinManifest
import AsvinPlatform
import AsvinPlatformAPI
import AsvinPlatformFixtures
import Testing

@Suite("Users in the store", .usesScratch) struct UserStoreTests {
  private static let now = Instant(1_800_000_000)

  private static func digest(_ number: UInt8) -> Digest { Digest { $0 == 0 ? number : 0 } }

  private static func user(_ rows: any WriteTransaction, _ email: String, _ number: UInt8) throws -> User {
    let invitation = Invitation(digest: digest(number), expires: Instant(now.seconds + 9))
    return try rows.addUser(email, .admin, invitation, unknown: digest(number), by: "test", at: now)
  }

  @Test(arguments: StoreKind.allCases)
  func `A user is found by the address and by the code of the link, in the workspace alone`(kind: StoreKind)
    async throws
  {
    try await kind.with { store, ours, theirs in
      #expect(try await !store.hasUsers())
      let added = try await store.audited.write(in: ours.id) { try Self.user($0, "Ada@Example.com", 1) }
      #expect(added.email == "ada@example.com")
      let found = try #require(try await store.user("ada@example.com"))
      #expect(found.workspace == ours.id && found.user == added)
      #expect(try await store.user(invitedBy: Self.digest(1))?.user == added)
      #expect(try await store.user(invitedBy: Self.digest(2)) == nil)
      #expect(try await store.hasUsers())
      let foreign = try await store.read(in: theirs.id) { rows in
        (try rows.users(), try rows.user(added.token), try rows.sessions(of: added.token))
      }
      #expect(foreign.0.isEmpty && foreign.1 == nil && foreign.2.isEmpty)
      // Addresses are those of the platform, because a sign-in names no workspace.
      await #expect(throws: PlatformError.nameTaken(.user)) {
        try await store.audited.write(in: theirs.id) { _ = try Self.user($0, "ada@example.com", 3) }
      }
    }
  }

  @Test(arguments: StoreKind.allCases)
  func `A password, a language and sessions are read back, and go with the user`(kind: StoreKind) async throws {
    try await kind.with { store, ours, _ in
      let password = StoredPassword(salt: FixedBytes { UInt8($0) }, hash: Self.digest(7))
      let user = try await store.audited.write(in: ours.id) { rows in
        let user = try Self.user(rows, "ada@example.com", 1)
        _ = try Self.user(rows, "bea@example.com", 2)
        for (user, number) in zip(try rows.users(), [UInt8(7), 8]) {
          let password = StoredPassword(salt: password.salt, hash: Self.digest(number))
          try rows.setPassword(user.token, password, isByLink: number == 7, by: "test", at: Self.now)
        }
        return user
      }
      try await store.audited.write(in: ours.id) { rows in
        var known = try #require(try rows.user(user.token))
        #expect(known.password == password && known.invitation == nil && known.linked == Self.now)
        known.language = .de
        try rows.put(known)
        for number in UInt8(1)...3 {
          let session = Session(
            digest: Self.digest(number), user: user.token, created: Instant(Self.now.seconds + Int64(number)),
            seen: Instant(Self.now.seconds + Int64(number)), address: "192.0.2.7", agent: "agent \(number)")
          try rows.signIn(session, by: known.email, at: Instant(Self.now.seconds + Int64(number)))
        }
        try rows.markSeen(Self.digest(2), at: Instant(Self.now.seconds + 50))
        try rows.endSession(Self.digest(3), of: user.token, by: known.email, at: Self.now)
      }
      let session = try #require(try await store.session(Self.digest(2)))
      #expect(session.workspace == ours.id && session.user.language == .de && session.token.id == user.token)
      #expect(session.session.seen.seconds == Self.now.seconds + 50 && session.session.agent == "agent 2")
      #expect(try await store.session(Self.digest(3)) == nil)
      let sessions = try await store.read(in: ours.id) { try $0.sessions(of: user.token).map(\.agent) }
      #expect(sessions == ["agent 1", "agent 2"])
      try await store.audited.write(in: ours.id) { try $0.removeUser(user.token, by: "test", at: Self.now) }
      #expect(try await store.session(Self.digest(1)) == nil)
      let left = try await store.read(in: ours.id) { rows in
        (try rows.users().map(\.email), try rows.accessToken(user.token))
      }
      #expect(left.0 == ["bea@example.com"] && left.1 == nil)
      // The last administrator stays.
      await #expect(throws: PlatformError.self) {
        try await store.audited.write(in: ours.id) { rows in
          try rows.removeUser(try rows.users()[0].token, by: "test", at: Self.now)
        }
      }
    }
  }
}
