import AsvinFixtures
import AsvinPlatformFixtures
import Testing

@testable import AsvinAgent

@Suite("Intervals of asvin-device", .usesScratch) struct IntervalTests {
  @Test(arguments: [
    "run d --interval 0", "run d --interval=-1", "run d --interval 0.5", "run d --interval 604801",
    "run d --interval nan",
    "run d --interval inf", "run d --interval 1e300", "run d --interval x", "run d --check-timeout 0",
    "run d --check-timeout=-5", "run d --check-timeout nan", "run d --restart-timeout 0",
    "run d --restart-timeout 1e99",
    "run d --running c", "simulate d --count 0", "simulate d --count=-3", "simulate d --count 1 --interval 0",
    "simulate d --count 1 --interval nan", "simulate d --count 1 --seconds 0", "simulate d --count 1 --failing 101",
    "simulate d --count 1 --failing=-1", "enrol d --room 0", "enrol d --room=-1",
    "enrol d --room 18446744073709551615",
    "enrol d --sequence=-1", "enrol d --sequence 18446744073709551615", "enrol d --sequence 1e3",
  ])
  func `A number out of range is a usage error`(_ arguments: String) async throws {
    try await Scratch.with { scratch in
      let run = try await DeviceProgram.run(arguments, in: scratch)
      #expect(run.exitCode == 64, "\(run.all)")
      let option = arguments.split(separator: " ").last { $0.hasPrefix("--") }?.split(separator: "=").first ?? ""
      #expect(run.errors.contains(option), "\(run.all)")
    }
  }

  @Test
  func `A wait is not shorter than the platform requests, and a request of more than a day is limited`() {
    var backoff = Backoff(interval: 1)
    for _ in 0..<200 {
      #expect((30...37.5).contains(backoff.failure(wish: 30)) || backoff.failure(wish: 30) >= 30)
      #expect(backoff.failure(wish: 1e12) <= 86_400 * 1.25)
      #expect((60...90).contains(backoff.success(wish: 60)))
      #expect((0.5...1.5).contains(backoff.success()))
    }
    // The platform lengthens an interval that an operator chose, and does not shorten it.
    var chosen = Backoff(interval: 300)
    var free = Backoff(interval: nil)
    for _ in 0..<200 {
      #expect((150...450).contains(chosen.success(wish: 5)))
      #expect((900...1350).contains(chosen.success(wish: 900)))
      #expect((5...7.5).contains(free.success(wish: 5)))
      #expect((30...90).contains(free.success()))
    }
    var failing = Backoff(interval: 1)
    for _ in 0..<100 { #expect((0.5...900).contains(failing.failure())) }
  }

  @Test func `Progress is reported after both 5 % and 30 s`() {
    var reports = ProgressReports()
    let start = ContinuousClock.now
    var sent: [Int] = []
    // A download of 1000 s with 1 % every 10 s.
    for step in 0...100 {
      if let percent = reports.due(UInt64(step), of: 100, at: start + .seconds(step * 10)) { sent.append(percent) }
    }
    #expect(sent == Array(stride(from: 0, through: 100, by: 5)))
    var fast = ProgressReports()
    let all = (0...100).compactMap { fast.due(UInt64($0), of: 100, at: start + .milliseconds($0)) }
    #expect(all == [0])
  }
}
