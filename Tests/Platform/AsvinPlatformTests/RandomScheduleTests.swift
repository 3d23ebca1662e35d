import AsvinPlatform
import AsvinPlatformFixtures
import Testing

@Suite("Random schedules") struct RandomScheduleTests {
  @Test func `A million steps of random schedules agree with the reference`() throws {
    var effects: Set<FleetComparison.Effect> = []
    for seed in 0..<2000 as Range<UInt64> {
      var comparison = try FleetComparison(MemoryTransaction(), seed: seed)
      for step in 0..<500 {
        do {
          try comparison.step()
          try comparison.compare()
        } catch {
          Issue.record("seed \(seed), step \(step): \(error)")
          return
        }
      }
      effects.formUnion(comparison.effects)
    }
    #expect(effects == Set(FleetComparison.Effect.allCases))
  }
}
