import AsvinCrypto
import AsvinManifest
import AsvinPlatform
import AsvinPlatformAPI
import Testing

@Suite("The digest of a plan") struct PlanDigestTests {
  private static let plan = RolloutPlan(
    name: "n", batch: BatchRules(waves: [.count(1)]), start: nil, groups: [ID(1), ID(2)], firmware: ID(3),
    maintainer: "m")

  @Test func `The digest covers every decision of a plan and of its rules`() throws {
    let rules = try #require(Self.plan.batch)
    let members =
      Mirror(reflecting: Self.plan).children.compactMap(\.label)
      + Mirror(reflecting: rules).children.compactMap(\.label)
    #expect(Set(members) == Set(RolloutPlan.decisions))
  }

  @Test func `Every changed decision changes the digest`() throws {
    func with(_ change: (inout RolloutPlan) -> Void) -> RolloutPlan {
      var plan = Self.plan
      change(&plan)
      return plan
    }
    let plans = [
      Self.plan, with { $0.name = "o" }, with { $0.maintainer = "o" }, with { $0.firmware = ID(4) },
      with { $0.start = Instant(0) }, with { $0.groups = [ID(12)] }, with { $0.groups = [ID(1)] },
      with { $0.batch = nil }, with { $0.batch = BatchRules(waves: []) },
      with { $0.batch = BatchRules(waves: [.percent(1)]) },
      with { $0.batch = BatchRules(waves: [.count(1)], successThreshold: 99) },
      with { $0.batch = BatchRules(waves: [.count(1)], failureThreshold: 9) },
      with { $0.batch = BatchRules(waves: [.count(1)], retries: 1) },
      with { $0.batch = BatchRules(waves: [.count(1)], window: DailyWindow(from: 1, until: 2)) },
      with { $0.batch = BatchRules(waves: [.count(1)], success: .installed) },
      with { $0.batch = BatchRules(waves: [.count(1)], endsWhenDone: false) },
      with { $0.batch = BatchRules(waves: [.count(1)], window: DailyWindow(from: 1, until: 2, days: [.mon])) },
      with { $0.batch = BatchRules(waves: [.count(1)], window: DailyWindow(from: 1, until: 2, isDeviceTime: true)) },
      with { $0.batch = BatchRules(waves: [.count(1)], pace: Pace(soak: 1)) },
      with { $0.batch = BatchRules(waves: [.count(1)], pace: Pace(atOnce: 1)) },
      with { $0.batch = BatchRules(waves: [.count(1)], pace: Pace(bytesPerSecond: 1)) },
      with { $0.batch = BatchRules(waves: [.count(1)], pace: Pace(stalled: .ignored)) },
      with { $0.times = TimeRules(offered: 1) ?? .unlimited },
      with { $0.times = TimeRules(downloading: 1) ?? .unlimited },
      with { $0.times = TimeRules(installed: 1) ?? .unlimited },
      with { $0.times = TimeRules(deadline: 1) ?? .unlimited },
      with { $0.needsApproval = true },
    ]
    #expect(Set(plans.map { $0.digest.hexadecimal }).count == plans.count)
  }
}
