import AsvinHost

extension DeviceAgent {
  /// Polls until the device is to be started anew, or the task is cancelled.
  ///
  /// An agent that ends is a device that nobody reaches any more: whatever fails is logged, and tried again.
  ///
  /// - Parameter interval: seconds between polls; `nil` leaves them to the platform.
  /// - Throws: where the task is cancelled.
  package func run(every interval: Double?) async throws {
    var backoff = Backoff(interval: interval ?? 60)
    var isIdle = false
    introduce(interval)
    while true {
      try Task.checkCancellation()
      let wait: Double
      do {
        let outcome = try await poll()
        if mustEnd { return }
        switch outcome {
        case .nothing, .withdrawn:
          wait = backoff.success(wish: interval == nil ? pace : nil)
          if !isIdle { say("there is nothing to do; the next poll is in \(Self.seconds(wait))") }
        case .updated:
          wait = 0
        case .failed, .waiting, .reverted, .pending:
          wait = backoff.failure()
          say("the next try is in \(Self.seconds(wait))")
        }
        isIdle = outcome == .nothing
      } catch is CancellationError {
        throw CancellationError()
      } catch {
        let failure = Trouble.failure(error)
        wait = backoff.failure(wish: failure.retryAfter)
        isIdle = false
        let hint = failure.hint.map { " (\($0))" } ?? ""
        say("\(failure.message)\(hint); the next try is in \(Self.seconds(wait))")
      }
      try await Task.sleep(for: .seconds(wait))
    }
  }

  private func introduce(_ interval: Double?) {
    let pace = interval.map { "every \(Self.seconds($0))" } ?? "as often as it asks for"
    say("\(identity.name) polls \(identity.platform) \(pace)")
  }

  private static func seconds(_ wait: Double) -> String {
    wait < 10 ? "\((wait * 10).rounded() / 10) s" : "\(Int(wait)) s"
  }
}
