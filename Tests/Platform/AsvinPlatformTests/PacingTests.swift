import AsvinPlatform
import AsvinPlatformAPI
import Testing

@Suite("Pacing") struct PacingTests {
  @Test func `Without load, a device polls at the interval that the operator has set`() {
    let pacing = Pacing(interval: 30, idleInterval: 300)
    #expect(pacing.nextPoll(delay: 0, isRollingOut: true) == 30)
    #expect(pacing.nextPoll(delay: 0, isRollingOut: false) == 300)
    #expect(Pacing().nextPoll(delay: 0, isRollingOut: false) == PlatformLimit.pollInterval)
    #expect(Pacing(interval: 60, idleInterval: 20).nextPoll(delay: 0, isRollingOut: false) == 60)
  }

  @Test func `The interval grows with the load, before polls are refused, and is bounded`() {
    let pacing = Pacing()
    var last = 0
    for step in 0...200 {
      let delay = Double(step) / 10
      let next = pacing.nextPoll(delay: delay, isRollingOut: true)
      #expect(next >= last && PlatformLimit.pollSeconds.contains(next))
      last = next
    }
    #expect(pacing.nextPoll(delay: PlatformLimit.pollDelay / 2, isRollingOut: true) == 120)
    #expect(pacing.nextPoll(delay: 1e9, isRollingOut: true) == PlatformLimit.pollSeconds.upperBound)
    #expect(pacing.nextPoll(delay: -5, isRollingOut: true) == 60)
  }

  @Test func `Polls are refused first, then the reports of devices, and never the requests of users`() {
    let pacing = Pacing()
    let delays = [0, PlatformLimit.pollDelay * 1.1, PlatformLimit.progressDelay * 1.1, 1e6]
    #expect(delays.map { pacing.refuses(.poll, delay: $0) } == [false, true, true, true])
    #expect(delays.map { pacing.refuses(.progress, delay: $0) } == [false, false, true, true])
    #expect(delays.map { pacing.refuses(.person, delay: $0) } == [false, false, false, false])
  }

  @Test func `Refused clients come back at different times, later under more load, and within the bounds`() {
    let pacing = Pacing()
    for delay in [0, 2, 30, 1e9] {
      let (first, last) = (pacing.retry(delay: delay, part: 0), pacing.retry(delay: delay, part: 1))
      #expect(PlatformLimit.pollSeconds.contains(first) && PlatformLimit.pollSeconds.contains(last))
      #expect(last > first || first == PlatformLimit.pollSeconds.upperBound)
    }
    #expect(pacing.retry(delay: 20, part: 0) > pacing.retry(delay: 2, part: 1))
  }
}
