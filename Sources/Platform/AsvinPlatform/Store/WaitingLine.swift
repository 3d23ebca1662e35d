/// Jobs that wait, in the order of their arrival.
package struct WaitingLine<Job> {
  private var jobs: [(job: Job, since: ContinuousClock.Instant)] = []
  /// The index of the next job.
  private var next = 0
  /// The number of jobs that have left the line.
  private var left = 0

  package init() {}

  /// The number of waiting jobs.
  package var count: Int { jobs.endIndex - next }

  /// The number of jobs that have arrived.
  package var arrived: Int { left + count }

  /// The time for which the first job has waited; zero if there is none.
  package var delay: Duration { count > 0 ? ContinuousClock.now - jobs[next].since : .zero }

  package mutating func append(_ job: Job) { jobs.append((job, .now)) }

  /// Takes the first job.
  ///
  /// - Parameter arrival: takes only one of as many first arrivals.
  package mutating func takeFirst(ofArrivals arrival: Int = .max) -> Job? {
    guard count > 0, left < arrival else { return nil }
    let job = jobs[next].job
    (next, left) = (next + 1, left + 1)
    if next == jobs.endIndex {
      jobs.removeAll(keepingCapacity: next <= 1024)
      next = 0
    }
    return job
  }
}
