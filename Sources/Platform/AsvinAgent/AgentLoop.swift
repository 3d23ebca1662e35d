import AsvinHost

extension DeviceAgent {
  /// Polls until the device must be restarted, or the task is cancelled. Errors are logged and the poll is repeated,
  /// because a device without a running agent cannot be reached any more.
  ///
  /// - Parameter interval: the least number of seconds between polls; `nil` lets the platform decide.
  /// - Throws: `CancellationError`.
  package func run(every interval: Double?) async throws {
    var backoff = Backoff(interval: interval)
    var isIdle = false
    introduce(interval)
    watchdog.expect(within: Self.pollSeconds)
    let signs = Task.detached { [watchdog] in await watchdog.run() }
    defer { signs.cancel() }
    while true {
      try Task.checkCancellation()
      watchdog.expect(within: Self.pollSeconds)
      let wait: Double
      do {
        let outcome = try await poll()
        if mustEnd { return }
        switch outcome {
        case .nothing, .withdrawn, .postponed:
          wait = backoff.success(wish: pace)
          if !isIdle { log("there is nothing to install; the next poll is in \(Self.seconds(wait))") }
        case .updated:
          wait = 0
        case .failed, .waiting, .reverted, .pending:
          wait = backoff.failure()
          log("the next try is in \(Self.seconds(wait))")
        }
        isIdle = outcome == .nothing
      } catch is CancellationError {
        throw CancellationError()
      } catch {
        let failure = AgentFailure.failure(error)
        wait = backoff.failure(wish: failure.retryAfter)
        isIdle = false
        let hint = failure.hint.map { " (\($0))" } ?? ""
        log("\(failure.message)\(hint); the next try is in \(Self.seconds(wait))")
      }
      watchdog.expect(within: wait + Self.pollSeconds)
      try await Task.sleep(for: .seconds(wait))
    }
  }

  /// Seconds that a poll may take without a download, a hook or a patch, which state their own times.
  private static let pollSeconds = 600.0

  private func introduce(_ interval: Double?) {
    let pace =
      interval.map { "every \(Self.seconds($0)), or less often if it requests that" } ?? "as often as it requests"
    log("\(identity.name) polls \(identity.platform) \(pace)")
  }

  private static func seconds(_ wait: Double) -> String {
    wait < 10 ? "\((wait * 10).rounded() / 10) s" : "\(Int(wait)) s"
  }
}
