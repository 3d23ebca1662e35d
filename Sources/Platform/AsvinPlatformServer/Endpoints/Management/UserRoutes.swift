import AsvinPlatform
import AsvinPlatformAPI
import Hummingbird

extension Management {
  static let users: [Route] = [
    Route(
      .get, "/manage/users", .person(.administer), "List the users of the pages",
      answers: .json(UserList.self, "The users")
    ) { call in
      let items = try await call.read { rows in
        try rows.users().compactMap { user in try rows.accessToken(user.token).map { UserReply(user, $0) } }
      }
      return try Reply.json(UserList(items: items))
    },
    Route(
      .post, "/manage/users", .person(.administer),
      "Create a user; the link by which the user sets a password is returned only once", body: UserRequest.self,
      answers: .json(201, UserReply.self, "The user"),
      .problem(409, "The address is in use on the platform, or a token has it as its name")
    ) { call in
      let body = try await call.body(UserRequest.self)
      let code = InvitationCode.new(at: call.now)
      let reply = try await call.write { rows in
        let user = try rows.addUser(
          body.email, body.role, code.invitation, unknown: AccessSecret.digest(of: AccessSecret.new()),
          by: call.caller.name, at: call.now)
        guard let token = try rows.accessToken(user.token) else { throw PlatformError.notFound(.user) }
        return UserReply(user, token, code)
      }
      return try Reply.json(reply, status: .created)
    },
    Route(
      .patch, "/manage/users/{user}", .person(.administer), "Change the role of a user", body: UserChange.self,
      answers: .json(UserReply.self, "The user"),
      .problem(409, "The user is the last administrator among the users")
    ) { call in
      let id: ID<AccessToken> = try call.id("user", of: .user)
      let body = try await call.body(UserChange.self)
      let reply = try await call.write { rows in
        try rows.setRole(id, body.role, by: call.caller.name, at: call.now)
        guard let user = try rows.user(id), let token = try rows.accessToken(id) else {
          throw PlatformError.notFound(.user)
        }
        return UserReply(user, token)
      }
      return try Reply.json(reply)
    },
    Route(
      .post, "/manage/users/{user}/invitation", .person(.administer),
      "Make a link by which a user sets a new password; it is returned only once",
      answers: .json(201, UserReply.self, "The user")
    ) { call in
      let id: ID<AccessToken> = try call.id("user", of: .user)
      let code = InvitationCode.new(at: call.now)
      let reply = try await call.write { rows in
        try rows.invite(id, code.invitation, by: call.caller.name, at: call.now)
        guard let user = try rows.user(id), let token = try rows.accessToken(id) else {
          throw PlatformError.notFound(.user)
        }
        return UserReply(user, token, code)
      }
      return try Reply.json(reply, status: .created)
    },
    Route(
      .delete, "/manage/users/{user}", .person(.administer), "Remove a user; the sessions of the user end",
      answers: .nothing(204, "The user is removed"),
      .problem(409, "The user is the last administrator among the users")
    ) { call in
      let id: ID<AccessToken> = try call.id("user", of: .user)
      try await call.write { try $0.removeUser(id, by: call.caller.name, at: call.now) }
      return Response(status: .noContent)
    },
  ]
}

/// The code in the link of an invitation: 256 random bits. Only its digest is stored.
struct InvitationCode {
  let text: String
  let invitation: Invitation

  /// The path of the link.
  var path: String { "\(ConsolePages.root)/welcome?code=\(text)" }

  static func new(at now: Instant) -> InvitationCode {
    let text = SecretText.new()
    return InvitationCode(
      text: text,
      invitation: Invitation(
        digest: AccessSecret.digest(of: text), expires: Instant(now.seconds + PlatformLimit.invitationSeconds)))
  }
}

extension UserReply {
  fileprivate init(_ user: User, _ token: AccessToken, _ code: InvitationCode? = nil) {
    self.init(
      id: user.token.value, email: user.email, role: token.role, created: token.created.seconds,
      used: token.used?.seconds, hasPassword: user.password != nil)
    invitationEnds = user.invitation?.expires.seconds
    invitation = code?.path
  }
}
