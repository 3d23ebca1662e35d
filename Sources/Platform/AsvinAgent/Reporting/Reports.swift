import AsvinHost
import AsvinPlatformAPI
import AsvinPlatformClient

// Reports never stop a device. A report that cannot be delivered waits, and a refused report is dropped.
extension DeviceAgent {
  /// Reports an event now, or when the platform can be reached again.
  func report(_ event: DeviceEventRequest, about rollout: Int64) async {
    guard rollout != Self.noRollout else { return outbox.keep(in: folder) }
    outbox.add(event, about: rollout)
    outbox.keep(in: folder)
    await deliver()
  }

  /// Delivers the pending reports in order.
  func deliver() async {
    var index = 0
    var isChanged = false
    while index < outbox.reports.count {
      let report = outbox.reports[index]
      do {
        try await post(report.event, about: report.rollout)
        outbox.remove(at: index)
        isChanged = true
      } catch {
        let failure = AgentFailure.failure(error)
        switch failure.status {
        case 400, 404, 405, 409, 410, 411, 413, 414, 415, 422, 431:
          outbox.remove(at: index)
          log(
            "the report '\(report.event.event.rawValue)' of rollout \(report.rollout) was refused and is dropped: \(failure.message)"
          )
        case 402, 403, 406, 407, 451:
          // The platform or a proxy refused it. The report stays for later, and the reports after it are delivered.
          isChanged = true
          if outbox.refuse(at: index) {
            outbox.remove(at: index)
            log(
              "the report '\(report.event.event.rawValue)' of rollout \(report.rollout) was refused \(Outbox.mostRefusals) times and is dropped"
            )
          } else {
            log(
              "the report '\(report.event.event.rawValue)' of rollout \(report.rollout) was refused: \(failure.message)"
            )
            index += 1
          }
          continue
        default:
          log("the platform cannot be reached: \(failure.message); the report is sent later")
          if isChanged { outbox.keep(in: folder) }
          return
        }
        isChanged = true
      }
    }
    if isChanged { outbox.keep(in: folder) }
  }

  /// Sends an event. If the platform reports that the rollout has ended for this device, that is noted.
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
  /// Whether the platform reports that a rollout, or this device's part in it, has ended, is paused or does not exist.
  var isWithdrawal: Bool { status == 404 || status == 409 || status == 410 }
}

/// Limits the progress reports of a download: one after at least 5 % more of the bytes and 30 s.
struct ProgressReports {
  private static let percent = 5
  private static let pause = Duration.seconds(30)
  private var last: (percent: Int, time: ContinuousClock.Instant)?

  /// Returns the percentage to report now; `nil` if no report is due.
  mutating func due(_ done: UInt64, of size: UInt64, at now: ContinuousClock.Instant) -> Int? {
    let percent = Int(min(100, Double(done) * 100 / Double(max(size, 1))))
    if let last, percent < last.percent + Self.percent || now < last.time + Self.pause { return nil }
    last = (percent, now)
    return percent
  }
}
