import AsvinPlatform
import AsvinPlatformAPI
import FoundationEssentials

/// What a rollout offers to each of its devices. All of them get the same message.
struct RolloutOffer: Hashable, Sendable {
  private let rollout, firmware: Int64
  private let name, version: String
  private let started: Instant
  private let isImmediate: Bool

  init(_ offer: Offer, at now: Instant) {
    (rollout, firmware) = (offer.rollout.id.value, offer.firmware.id.value)
    (name, version) = (offer.rollout.plan.name, offer.firmware.version)
    started = offer.rollout.started ?? now
    isImmediate = offer.rollout.plan.priority == .immediately
  }

  /// Returns the message in JSON. Clients read the numbers as text.
  func message() throws -> [UInt8] {
    let (id, title) = ("\(rollout)", VisibleText.cleaned(name))
    return try Reply.encoded([
      "rollout_id": id, "rollout_name": title, "id": id, "name": title, "priority": isImmediate ? "1" : "0",
      "start_date": started.text, "version": version, "firmware_id": "\(firmware)",
    ])
  }
}

extension Instant {
  /// `yyyy-MM-dd HH:mm:ss`, UTC.
  fileprivate var text: String {
    Date(timeIntervalSince1970: Double(seconds)).formatted(
      .iso8601.year().month().day().dateTimeSeparator(.space).time(includingFractionalSeconds: false))
  }
}
