import AsvinPlatform
import AsvinPlatformAPI
import AsvinPlatformPages
import HTTPTypes
import Hummingbird

extension ConsolePages {
  static let rollouts: [PageRoute] =
    [
      .page("/rollouts") { call in try await call.rolloutList() },
      .page("/rollouts/new", .user(.operate)) { call in try await call.rolloutForm(FormFields()) },
      .form("/rollouts/new", .user(.operate)) { call, fields in try await call.planRollout(fields) },
      .page("/rollouts/{rollout}") { call in try await call.rolloutPage(call.id("rollout", of: .rollout)) },
    ]
    + ["start", "pause", "resume", "finish", "abort", "approve", "retry", "enable", "disable"].map { action in
      .form("/rollouts/{rollout}/\(action)", .user(.operate)) { call, fields in
        try await call.act(action, fields)
      }
    } + [
      .form("/rollouts/{rollout}/remove", .user(.operate)) { call, _ in
        let id = try call.id("rollout", of: .rollout)
        try await call.send(.delete, "/manage/rollouts/\(id)")
        return call.redirect(to: "/rollouts", done: "rollout-removed")
      }
    ]
}

extension PageCall {
  /// The tables that asvin's customers know: planned and running rollouts, and here also those that have ended.
  fileprivate func rolloutList() async throws -> Response {
    let chosen = query("phase").flatMap { Phase(rawValue: $0) }
    var tables: [PageValue] = []
    for (name, phases) in [
      ("running", [Phase.stopped, .running, .paused]), ("planned", [.planned]),
      ("ended", [.finished, .aborted, .expired]),
    ] {
      var items: [RolloutReply] = []
      for phase in phases where chosen == nil || chosen == phase {
        let list: RolloutList = try await get(
          ManagementPath("/manage/rollouts").with("phase", phase.rawValue).with("sort", "-id").with("limit", "50")
            .with("search", query("search")))
        items += list.items
      }
      items.sort { $0.id > $1.id }
      tables.append([
        "key": .text(name), "name": .text(catalog.text("rollouts.\(name)")),
        "rollouts": .list(items.prefix(50).map { summary(of: $0) }), "empty": .flag(items.isEmpty),
      ])
    }
    return try page(
      "rollouts", ["tables": .list(tables), "search": .text(query("search") ?? "")], section: .rollouts)
  }
}
