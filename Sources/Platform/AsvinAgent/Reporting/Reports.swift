import AsvinHost
import AsvinPlatformAPI
import AsvinPlatformClient

// A report never stops a device: one that cannot be delivered waits, one that is refused is dropped.
extension DeviceAgent {
  /// Reports an event, now or when the platform is reached again.
  func report(_ event: DeviceEventRequest, about rollout: Int64) async {
    outbox.add(event, about: rollout)
    outbox.keep(in: folder)
    await deliver()
  }

  /// Delivers what waits, in order.
  func deliver() async {
    var index = 0
    var isChanged = false
    while index < outbox.letters.count {
      let letter = outbox.letters[index]
      do {
        try await post(letter.event, about: letter.rollout)
        outbox.remove(at: index)
        isChanged = true
      } catch {
        let failure = Trouble.failure(error)
        switch failure.status {
        case 400, 404, 405, 409, 410, 411, 413, 414, 415, 422, 431:
          outbox.remove(at: index)
          say(
            "the report '\(letter.event.event.rawValue)' of rollout \(letter.rollout) is refused and dropped: \(failure.message)"
          )
        case 402, 403, 406, 407, 451:
          // The platform, or something on the way: it stays for a while, and what follows it is not kept waiting.
          isChanged = true
          if outbox.refuse(at: index) {
            outbox.remove(at: index)
            say(
              "the report '\(letter.event.event.rawValue)' of rollout \(letter.rollout) was refused \(Outbox.mostRefusals) times and is dropped"
            )
          } else {
            say(
              "the report '\(letter.event.event.rawValue)' of rollout \(letter.rollout) is refused: \(failure.message)")
            index += 1
          }
          continue
        default:
          say("the platform cannot be reported to: \(failure.message); the report is sent later")
          if isChanged { outbox.keep(in: folder) }
          return
        }
        isChanged = true
      }
    }
    if isChanged { outbox.keep(in: folder) }
  }

  /// Sends an event. A rollout that the platform no longer has for this device is noted.
  func post(_ event: DeviceEventRequest, about rollout: Int64) async throws {
    do {
      _ = try await authorised { platform, device in
        try await platform.ask(
          .post, "/v2/devices/\(device)/rollouts/\(rollout)/events", event, as: DeviceEventReply.self)
      }
    } catch let failure as Failure where failure.isWithdrawal {
      withdrawn.insert(rollout)
      throw failure
    }
  }
}

extension Failure {
  /// Whether the platform says that a rollout, or this device's part in it, is over, paused or gone.
  var isWithdrawal: Bool { status == 404 || status == 409 || status == 410 }
}

/// How often the progress of a download is reported: not before 5 % more have arrived and 30 s have passed.
struct ProgressReports {
  private static let percent = 5
  private static let pause = Duration.seconds(30)
  private var last: (percent: Int, time: ContinuousClock.Instant)?

  /// The percentage to report now, where one is due.
  mutating func due(_ done: UInt64, of size: UInt64, at now: ContinuousClock.Instant) -> Int? {
    let percent = Int(min(100, Double(done) * 100 / Double(max(size, 1))))
    if let last, percent < last.percent + Self.percent || now < last.time + Self.pause { return nil }
    last = (percent, now)
    return percent
  }
}
