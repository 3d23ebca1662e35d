import AsvinPlatform
import AsvinPlatformStore
import AsvinFixtures
import Testing

@Suite("Random schedules") struct RandomScheduleTests {
  @Test("A million steps of random schedules go as a plain reference says")
  func randomSchedules() throws {
    for seed in 0..<2000 as Range<UInt64> {
      var twins = try Twins(MemoryRows(), seed: seed)
      for step in 0..<500 {
        do {
          try twins.step()
          try twins.compare()
        } catch {
          Issue.record("seed \(seed), step \(step): \(error)")
          return
        }
      }
    }
  }
}
