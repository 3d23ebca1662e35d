import ArgumentParser
import AsvinHost
import AsvinPlatformAPI
import AsvinPlatformClient
import AsvinPrograms
import FoundationEssentials

struct EventCommand: SubcommandGroup {
  static let configuration = CommandConfiguration(
    commandName: "event", abstract: "Read the events of a platform, and send them to an address.",
    subcommands: [
      EventListCommand.self, WebhookCreateCommand.self, WebhookListCommand.self, WebhookTestCommand.self,
      WebhookResumeCommand.self, WebhookRemoveCommand.self,
    ])
}

struct EventListCommand: ReportingCommand {
  static let configuration = CommandConfiguration(
    commandName: "list", abstract: "List the events after a cursor.",
    discussion: "The JSON has the cursor for the next call as next.")

  @OptionGroup var page: LogPage
  @OptionGroup var platform: PlatformOptions
  @OptionGroup var shown: OutputOptions

  func outcomes(in environment: Environment, _ report: (EventFeed) throws -> Void) throws {
    let path = "/manage/events?\(page.query)"
    try report(
      try platform.tasks(in: environment).run { try await $0.require(.get, path, as: EventFeed.self) })
  }
}

struct WebhookCreateCommand: ReportingCommand {
  static let configuration = CommandConfiguration(
    commandName: "hook", abstract: "Send the events from now on to an address, signed.",
    discussion: """
      Prints the secret of the signatures once. A receiver verifies the fields webhook-id, webhook-timestamp and \
      webhook-signature with a library for Standard Webhooks, and ignores an id that it has seen.
      """)

  @Argument(help: ArgumentHelp("The address, https://HOST/PATH.", valueName: "address")) var address: String
  @Option(
    name: .customLong("kind"), parsing: .singleValue,
    help: ArgumentHelp("A kind of event, such as rollout.stop; default: all. May be repeated.", valueName: "kind"))
  var kinds: [String] = []
  @OptionGroup var platform: PlatformOptions
  @OptionGroup var shown: OutputOptions

  func outcomes(in environment: Environment, _ report: (WebhookTable) throws -> Void) throws {
    let request = WebhookRequest(address: address, kinds: kinds.isEmpty ? nil : kinds)
    try report(
      try platform.tasks(in: environment).run { platform in
        WebhookTable(webhooks: [
          try await platform.require(.post, "/manage/webhooks", request, as: WebhookReply.self)
        ])
      })
  }
}

struct WebhookListCommand: ReportingCommand {
  static let configuration = CommandConfiguration(
    commandName: "hooks", abstract: "List the addresses that receive events.")

  @OptionGroup var platform: PlatformOptions
  @OptionGroup var shown: OutputOptions

  func outcomes(in environment: Environment, _ report: (WebhookTable) throws -> Void) throws {
    try report(
      try platform.tasks(in: environment).run { platform in
        WebhookTable(webhooks: try await platform.require(.get, "/manage/webhooks", as: WebhookList.self).items)
      })
  }
}

struct WebhookTestCommand: ReportingCommand {
  static let configuration = CommandConfiguration(
    commandName: "test-hook", abstract: "Send a test event to an address now, and report the result.")

  @Argument(help: ArgumentHelp("The id of the webhook.", valueName: "id")) var id: Int64
  @OptionGroup var platform: PlatformOptions
  @OptionGroup var shown: OutputOptions

  func outcomes(in environment: Environment, _ report: (WebhookTestReply) throws -> Void) throws {
    let path = "/manage/webhooks/\(id)/test"
    try report(
      try platform.tasks(in: environment).run { try await $0.require(.post, path, as: WebhookTestReply.self) })
  }
}

struct WebhookResumeCommand: ReportingCommand {
  static let configuration = CommandConfiguration(
    commandName: "resume-hook",
    abstract: "Continue to send the waiting events to an address that did not accept them for a day.")

  @Argument(help: ArgumentHelp("The id of the webhook.", valueName: "id")) var id: Int64
  @OptionGroup var platform: PlatformOptions
  @OptionGroup var shown: OutputOptions

  func outcomes(in environment: Environment, _ report: (WebhookTable) throws -> Void) throws {
    let path = "/manage/webhooks/\(id)/resume"
    try report(
      try platform.tasks(in: environment).run { platform in
        WebhookTable(webhooks: [try await platform.require(.post, path, as: WebhookReply.self)])
      })
  }
}

struct WebhookRemoveCommand: ReportingCommand {
  static let configuration = CommandConfiguration(
    commandName: "unhook", abstract: "Send no more events to an address.")

  @Argument(help: ArgumentHelp("The id of the webhook.", valueName: "id")) var id: Int64
  @OptionGroup var platform: PlatformOptions
  @OptionGroup var shown: OutputOptions

  func outcomes(in environment: Environment, _ report: (WebhookTable) throws -> Void) throws {
    let path = "/manage/webhooks/\(id)"
    try report(
      try platform.tasks(in: environment).run { platform in
        _ = try await platform.ask(.delete, path, as: WebhookReply.self)
        return WebhookTable(webhooks: try await platform.require(.get, "/manage/webhooks", as: WebhookList.self).items)
      })
  }
}

extension EventFeed: Report {
  package var lines: [String] {
    guard !items.isEmpty else { return ["no events"] }
    return table(
      ["NUMBER", "TIME", "KIND", "SUBJECT", "ACTOR"],
      items.map { ["\($0.number)", Date.text($0.time), $0.kind, $0.subject, $0.actor] })
  }
}

extension WebhookTestReply: Report {
  package var lines: [String] { isDelivered ? ["the receiver accepted the test event"] : [] }
  package var errors: [String] { error.map { ["the test event was not delivered: \($0)"] } ?? [] }
  package var exitCode: Int32 { isDelivered ? 0 : Failure.Kind.failed.rawValue }
}

/// Webhooks, one on each line.
struct WebhookTable: Report {
  let webhooks: [WebhookReply]

  var lines: [String] {
    guard !webhooks.isEmpty else { return ["no webhooks"] }
    let rows = webhooks.map { webhook in
      [
        "\(webhook.id)", webhook.address, webhook.kinds.isEmpty ? "all" : webhook.kinds.joined(separator: " "),
        webhook.isSuspended ? "suspended" : webhook.failures > 0 ? "failing" : "active", "\(webhook.waiting)",
        webhook.lastError ?? "",
      ]
    }
    return table(["ID", "ADDRESS", "KINDS", "STATE", "WAITING", "LAST ERROR"], rows)
      + webhooks.compactMap { $0.secret.map { line("secret", $0) } }
  }
}
