import ArgumentParser
import AsvinHost
import AsvinPlatformAPI
import AsvinRelease

/// The options of a rollout about time and pace.
struct RolloutTimingOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp("Days on which the window begins, for example mon,tue; default: every day.", valueName: "days"))
  var days: String?

  @Flag(help: "The window is in the time of each device, by the offset from UTC that it reports; default: UTC.")
  var deviceTime = false

  @Option(
    help: ArgumentHelp(
      "Time for which a wave must have succeeded before the next wave opens; default: 1h with --wave.",
      valueName: "duration"))
  var soak: String?

  @Option(help: ArgumentHelp("Number of devices that may update at the same time; default: any.", valueName: "number"))
  var atOnce: Int?

  @Option(
    help: ArgumentHelp(
      "Bytes a second that are offered on average, for example 500k or 2M; default: any.", valueName: "bytes"))
  var rate: String?

  @Option(
    help: ArgumentHelp("How a device counts that is silent for too long: failure or ignored.", valueName: "rule"),
    transform: { text in
      guard let rule = StalledRule(rawValue: text) else {
        throw ValidationError("'\(text)' is not a rule: give failure or ignored")
      }
      return rule
    })
  var stalled = StalledRule.failure

  @Option(
    help: ArgumentHelp(
      "Time until a device that was offered the firmware and does not begin is stalled; default: 3d.",
      valueName: "duration"))
  var timeoutOffered: String?

  @Option(
    help: ArgumentHelp(
      "Time without progress until a device that downloads is stalled; default: 1d.", valueName: "duration"))
  var timeoutDownloading: String?

  @Option(
    help: ArgumentHelp(
      "Time until a device that has written the firmware and does not confirm it is stalled; default: 1d.",
      valueName: "duration"))
  var timeoutInstalled: String?

  @Option(
    help: ArgumentHelp(
      "Time after the start until the rollout expires; default: 30d, or no limit with --keep-open and --immediately.",
      valueName: "duration"))
  var deadline: String?

  @Flag(help: "Start only after the owner of another token has approved the rollout.")
  var approval = false

  /// Whether an option is given that only a rollout in waves has.
  var isForWaves: Bool {
    days != nil || deviceTime || soak != nil || atOnce != nil || rate != nil || stalled != .failure
  }

  func times() throws(Failure) -> TimesMessage {
    TimesMessage(
      offered: try Self.seconds(timeoutOffered, "--timeout-offered"),
      downloading: try Self.seconds(timeoutDownloading, "--timeout-downloading"),
      installed: try Self.seconds(timeoutInstalled, "--timeout-installed"),
      deadline: try Self.seconds(deadline, "--deadline"))
  }

  func soak(hasWaves: Bool) throws(Failure) -> Int64 {
    if let atOnce, atOnce < 1 {
      throw Failure(.usage, "--at-once \(atOnce) is not a number of devices", hint: "give 1 or more")
    }
    return try Self.seconds(soak, "--soak") ?? (hasWaves ? 3600 : 0)
  }

  func bytesPerSecond() throws(Failure) -> Int64? {
    guard let rate else { return nil }
    let units: [Character: Int64] = ["k": 1000, "M": 1_000_000, "G": 1_000_000_000]
    let unit = rate.last.flatMap { units[$0] }
    let digits = unit == nil ? rate[...] : rate.dropLast()
    guard let number = Self.number(digits), let bytes = Self.product(number, unit ?? 1),
      (1...PlatformLimit.rolloutBytesPerSecond).contains(bytes)
    else {
      throw Failure(
        .usage, "'\(rate)' is not a number of bytes a second", hint: "give a number such as 4096, 500k or 2M")
    }
    return bytes
  }

  func weekdays() throws(Failure) -> [Weekday]? {
    guard let days else { return nil }
    let chosen = days.split(separator: ",", omittingEmptySubsequences: false).map { Weekday(rawValue: String($0)) }
    guard !chosen.contains(nil) else {
      throw Failure(
        .usage, "'\(days)' is not a list of days", hint: "give days such as mon,tue,wed,thu,fri,sat,sun")
    }
    return Weekday.allCases.filter(chosen.contains)
  }

  /// The seconds of a duration such as `90`, `90s`, `15m`, `2h` or `3d`.
  private static func seconds(_ text: String?, _ option: String) throws(Failure) -> Int64? {
    guard let text else { return nil }
    let units: [Character: Int64] = ["s": 1, "m": 60, "h": 3600, "d": 86_400]
    let unit = text.last.flatMap { units[$0] }
    let digits = unit == nil ? text[...] : text.dropLast()
    guard let number = number(digits), let seconds = product(number, unit ?? 1),
      (0...PlatformLimit.rolloutSeconds).contains(seconds)
    else {
      throw Failure(
        .usage, "\(option) '\(text)' is not a duration", hint: "give up to 366 days, for example 90s, 15m, 2h or 3d")
    }
    return seconds
  }

  private static func number(_ digits: Substring) -> Int64? {
    digits.utf8.allSatisfy { (0x30...0x39).contains($0) } ? Int64(digits) : nil
  }

  private static func product(_ number: Int64, _ unit: Int64) -> Int64? {
    let (product, isTooLarge) = number.multipliedReportingOverflow(by: unit)
    return isTooLarge ? nil : product
  }
}
