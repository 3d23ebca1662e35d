import AsvinPlatform
import AsvinPlatformAPI
import Hummingbird

extension Management {
  static let accounts: [Route] = [
    Route(
      .get, "/manage/accounts", .person(.administer), "List the accounts of asvin's first device clients",
      query: [
        Property(
          "after", .text(0...PlatformLimit.emailBytes), "The last address of the previous page", isRequired: false),
        Property("limit", .integer(1...PlatformLimit.pageItems), "The number of items; default 100", isRequired: false),
      ], answers: .json(AccountList.self, "The accounts")
    ) { call in
      let query = try call.query
      let (after, limit) = (query.text("after"), query.limit)
      let emails = try await call.read { try $0.accounts(after: after, limit: limit).map(\.email) }
      let items = emails.map { AccountReply(email: VisibleText.cleaned($0)) }
      return try Reply.json(AccountList(items: items, next: items.count == limit ? emails.last : nil))
    },
    Route(
      .post, "/manage/accounts", .person(.administer), "Create an account, or replace its password",
      body: AccountRequest.self, answers: .json(201, AccountReply.self, "The account"),
      .json(200, AccountReply.self, "The account has another password"),
      .problem(404, "The account does not exist"),
      .problem(409, "The address is in use on the platform"), .problem(429, "Too many requests")
    ) { call in
      try call.limit("account", perMinute: PlatformLimit.allWrongPasswordsPerMinute)
      let body = try await call.body(AccountRequest.self)
      // Addresses are those of the platform and not of a workspace, because a login names no workspace.
      if body.replace != true, try await call.platform.store.account(body.email) != nil {
        throw PlatformError.blocked("the address is in use on this platform", "choose another address")
      }
      let account = try await Workers.digests.run { Account(salting: body.password, of: body.email) }
      guard let account else { throw Refusal.malformed("email must be an address with an @") }
      let isNew = body.replace != true
      try await call.write { try $0.set(account, isNew: isNew, by: call.caller.name, at: call.now) }
      return try Reply.json(AccountReply(email: account.email), status: isNew ? .created : .ok)
    },
    Route(
      .delete, "/manage/accounts", .person(.administer),
      "Remove an account; a login that it made before ends within ten minutes",
      query: [Property("email", .text(3...PlatformLimit.emailBytes), "The e-mail address")],
      answers: .nothing(204, "The account is removed"), .problem(404, "The account does not exist")
    ) { call in
      guard let email = try call.query.text("email") else { throw Refusal.malformed("email is missing") }
      try await call.write { try $0.remove(account: email, by: call.caller.name, at: call.now) }
      return Response(status: .noContent)
    },
  ]
}
