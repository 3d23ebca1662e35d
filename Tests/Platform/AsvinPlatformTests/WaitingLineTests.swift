import AsvinPlatform
import Testing

@Suite("A line of waiting jobs") struct WaitingLineTests {
  @Test func `Jobs leave in the order of their arrival, whatever the length of the line`() {
    var (line, expected, arrived) = (WaitingLine<Int>(), [Int](), 0)
    for step in 0..<20_000 {
      // The line grows to thousands and becomes empty again.
      if step / 5000 % 2 == 0 || step % 3 == 0 {
        line.append(arrived)
        expected.append(arrived)
        arrived += 1
      }
      if step / 5000 % 2 == 1 || step % 5 == 0 {
        #expect(line.takeFirst() == (expected.isEmpty ? nil : expected.removeFirst()))
      }
      #expect(line.count == expected.count && line.arrived == arrived)
    }
  }

  @Test func `A line that is never empty keeps neither the jobs that have left nor their places`() {
    final class Job {}
    var line = WaitingLine<Job>()
    weak var first: Job?
    do {
      let job = Job()
      first = job
      line.append(job)
    }
    line.append(Job())
    _ = line.takeFirst()
    #expect(first == nil)
    for _ in 0..<100_000 {
      line.append(Job())
      _ = line.takeFirst()
    }
    #expect(line.count == 1 && line.room < 10_000)
  }

  @Test func `A job that arrived after a number of others is not taken with them`() {
    var line = WaitingLine<Int>()
    line.append(1)
    let arrived = line.arrived
    line.append(2)
    #expect(line.takeFirst(ofArrivals: arrived) == 1 && line.takeFirst(ofArrivals: arrived) == nil)
    #expect(line.takeFirst() == 2 && line.takeFirst() == nil && line.delay == .zero)
  }
}
