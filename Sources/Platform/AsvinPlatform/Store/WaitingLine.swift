/// Jobs that wait, in the order of their arrival.
package struct WaitingLine<Job> {
  /// Places of jobs that have left, from which they are removed together. To remove each one would move all others.
  private static var mostEmpty: Int { 1024 }

  /// The job of a place is removed when the job leaves, so that its memory is free although the line is never empty.
  private var places: [(job: Job?, since: ContinuousClock.Instant)] = []
  /// The index of the first waiting job.
  private var next = 0
  /// The number of jobs that have left the line.
  private var left = 0

  package init() {}

  /// The number of waiting jobs.
  package var count: Int { places.endIndex - next }

  /// The number of jobs that have arrived.
  package var arrived: Int { left + count }

  /// The memory in places, for waiting jobs and jobs that have left.
  package var room: Int { places.capacity }

  /// The time for which the first job has waited; zero if there is none.
  package var delay: Duration { count > 0 ? ContinuousClock.now - places[next].since : .zero }

  package mutating func append(_ job: Job) { places.append((job, .now)) }

  /// Takes the first job.
  ///
  /// - Parameter arrivals: takes a job only if it is one of the first arrivals up to this number.
  package mutating func takeFirst(ofArrivals arrivals: Int = .max) -> Job? {
    guard count > 0, left < arrivals else { return nil }
    let job = places[next].job.take()
    (next, left) = (next + 1, left + 1)
    if next == places.endIndex {
      places.removeAll(keepingCapacity: next <= Self.mostEmpty)
      next = 0
    } else if next >= Self.mostEmpty, next >= count {
      places.removeFirst(next)
      next = 0
    }
    return job
  }
}
