/// How long a rollout waits, in seconds. Zero means without a limit. The shortest time-out is a minute, and the shortest
/// deadline an hour.
package struct TimesMessage: Codable, Equatable, Sendable {
  package var offered: Int64?
  package var downloading: Int64?
  package var installed: Int64?
  package var deadline: Int64?

  package init(
    offered: Int64? = nil, downloading: Int64? = nil, installed: Int64? = nil, deadline: Int64? = nil
  ) {
    self.offered = offered
    self.downloading = downloading
    self.installed = installed
    self.deadline = deadline
  }
}

extension TimesMessage: Described {
  package static var schema: MessageSchema {
    let seconds = MessageSchema.integer(0...PlatformLimit.rolloutSeconds)
    return .object([
      Property(
        "offered", seconds,
        "Seconds until a device that was offered the firmware and does not begin is stalled; 0 for no limit; default 3 "
          + "days, or 10 days with a window that is not open every day",
        isRequired: false),
      Property(
        "downloading", seconds,
        "Seconds without progress until a device that is fetching the firmware is stalled; 0 for no limit; default 1 day",
        isRequired: false),
      Property(
        "installed", seconds,
        "Seconds until a device that has written the firmware and does not confirm it is stalled; 0 for no limit; "
          + "default 1 day",
        isRequired: false),
      Property(
        "deadline", seconds,
        "Seconds after the start until the rollout expires; 0 for no limit; default 30 days, or no limit for a rollout "
          + "that stays open when every device is done",
        isRequired: false),
    ])
  }
}

/// The devices that may try again.
package struct RetryRequest: Codable, Equatable, Sendable {
  package var devices: [Int64]?

  package init(devices: [Int64]? = nil) { self.devices = devices }
}

extension RetryRequest: Described {
  package static var schema: MessageSchema {
    .object([
      Property(
        "devices", .list(.id, atMost: PlatformLimit.chosenDevices),
        "The devices; without it, every device of the rollout that failed or stalled", isRequired: false)
    ])
  }
}
