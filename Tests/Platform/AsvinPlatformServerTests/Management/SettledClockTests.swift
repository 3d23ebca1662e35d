import AsvinPlatform
@testable import AsvinPlatformServer
import Testing

@Suite("Clock of the scheduler") struct SettledClockTests {
  @Test func `A clock that jumps ahead for two seconds moves no time ahead`() {
    var clock = SettledClock()
    #expect(clock.time(wall: Instant(1000), steady: 0) == Instant(1000))
    #expect(clock.time(wall: Instant(90_000), steady: 1) == Instant(1001))
    #expect(clock.time(wall: Instant(90_001), steady: 2) == Instant(1002))
    #expect(clock.time(wall: Instant(1003), steady: 3) == Instant(1003))
  }

  @Test func `A clock that stays ahead is believed after ten minutes`() {
    var clock = SettledClock()
    _ = clock.time(wall: Instant(1000), steady: 0)
    for second in 1...600 as ClosedRange<Int64> {
      #expect(clock.time(wall: Instant(90_000 + second), steady: second) == Instant(1000 + second))
    }
    #expect(clock.time(wall: Instant(90_601), steady: 601) == Instant(90_601))
  }

  @Test func `A clock that jumps again begins the ten minutes again`() {
    var clock = SettledClock()
    _ = clock.time(wall: Instant(1000), steady: 0)
    _ = clock.time(wall: Instant(90_000), steady: 1)
    _ = clock.time(wall: Instant(900_000), steady: 500)
    #expect(clock.time(wall: Instant(900_200), steady: 700) == Instant(1700))
  }

  @Test func `A clock that is set back counts at once, and one that is slowly adjusted always counts`() {
    var clock = SettledClock()
    _ = clock.time(wall: Instant(100_000), steady: 0)
    #expect(clock.time(wall: Instant(50_000), steady: 1) == Instant(50_000))
    clock = SettledClock()
    for second in 0...1000 as ClosedRange<Int64> {
      #expect(clock.time(wall: Instant(5000 + second * 2), steady: second) == Instant(5000 + second * 2))
    }
  }
}
