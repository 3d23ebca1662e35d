import AsvinPlatformAPI

/// How long a rollout waits for its devices, in seconds; `nil` for no limit. Time is counted in steps: a time-out is precise
/// to 15 seconds, and a deadline to ten minutes.
package struct TimeRules: Equatable, Sendable {
  /// Until a device that was offered the firmware and does not begin is stalled.
  package let offered: Int64?
  /// Without progress until a device that is fetching the firmware is stalled.
  package let downloading: Int64?
  /// Until a device that has written the firmware and does not confirm it is stalled.
  package let installed: Int64?
  /// After the start until the rollout expires.
  package let deadline: Int64?

  /// No limits: the rules of rollouts that were planned before the platform had them.
  package static var unlimited: TimeRules {
    TimeRules(unchecked: nil, nil, nil, nil)
  }

  /// Creates rules; `nil` for a number that is out of range.
  package init?(
    offered: Int64? = nil, downloading: Int64? = nil, installed: Int64? = nil, deadline: Int64? = nil
  ) {
    let numbers = [offered, downloading, installed, deadline].compactMap { $0 }
    guard numbers.allSatisfy({ (1...PlatformLimit.rolloutSeconds).contains($0) }) else { return nil }
    self.init(unchecked: offered, downloading, installed, deadline)
  }

  private init(unchecked offered: Int64?, _ downloading: Int64?, _ installed: Int64?, _ deadline: Int64?) {
    (self.offered, self.downloading, self.installed, self.deadline) = (offered, downloading, installed, deadline)
  }

  /// Why a plan cannot have the rules, because a step would be a large part of a limit; `nil` if it can.
  var fault: String? {
    let waits = [offered, downloading, installed].compactMap { $0 }
    guard waits.allSatisfy({ $0 >= PlatformLimit.shortestWait }) else {
      return "a time-out must be at least \(PlatformLimit.shortestWait) seconds"
    }
    guard deadline ?? .max >= PlatformLimit.shortestDeadline else {
      return "a deadline must be at least \(PlatformLimit.shortestDeadline) seconds after the start"
    }
    return nil
  }

  var hasLimits: Bool { offered != nil || downloading != nil || installed != nil }
}

extension TimeRules {
  private static let day: Int64 = 86_400

  /// Returns the rules of a plan whose author leaves out some numbers.
  ///
  /// - Parameter batch: the rules of a rollout in waves.
  package static func standard(for batch: BatchRules?) -> TimeRules {
    // A device that was offered the firmware at the end of a window begins a week later, if the window opens once a week.
    let isRare = batch?.window.map { $0.days.count < 7 } ?? false
    return TimeRules(
      unchecked: (isRare ? 10 : 3) * day, day, day, batch?.endsWhenDone ?? false ? 30 * day : nil)
  }
}
