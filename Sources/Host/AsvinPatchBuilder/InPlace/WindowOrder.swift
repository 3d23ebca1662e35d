import AsvinPatch

/// Orders windows so that few old bytes are overwritten before they are needed.
///
/// The best order is hard to find, because this is the feedback arc set problem. Therefore each window of a first order
/// moves to the place where the fewest bytes are lost, until no move improves the order.
struct WindowOrder {
  /// With more windows than this, the first order stays.
  private static let limit = 2048
  private static let passes = 12
  let count: Int
  /// A matrix with one row for each window: how many of its old bytes each other window needs.
  private var wanted: [Int32]

  /// - Parameter wants: reports the number of bytes that a window needs of another one.
  init(count: Int, _ wants: (_ note: (_ window: Int, _ of: Int, _ bytes: Int) -> Void) -> Void) {
    self.count = count
    var wanted = [Int32](repeating: 0, count: count <= Self.limit ? count * count : 0)
    if count <= Self.limit {
      wants { window, source, bytes in wanted[source * count + window] += Int32(bytes) }
    }
    self.wanted = wanted
  }

  /// Orders that are worth a trial: upwards, downwards, and an improvement of the better of the two.
  var candidates: [[UInt32]] {
    let upwards = Array(0..<count), downwards = Array((0..<count).reversed())
    guard count > 2, count <= Self.limit else { return [upwards, downwards].map { $0.map(UInt32.init) } }
    let (up, down) = (improved(upwards), improved(downwards))
    return [upwards, downwards, loss(up) < loss(down) ? up : down].map { $0.map(UInt32.init) }
  }

  private func loss(_ order: [Int]) -> Int {
    var loss = 0
    for place in order.indices {
      for later in order[(place + 1)...] { loss += Int(wanted[order[place] * count + later]) }
    }
    return loss
  }

  private func improved(_ first: [Int]) -> [Int] {
    var order = first
    for _ in 0..<Self.passes {
      var hasChanged = false
      for window in first {
        guard let place = order.firstIndex(of: window) else { continue }
        order.remove(at: place)
        // The cost of each place in the order, relative to the cost of the first place.
        var (cost, costs) = (0, [0])
        for other in order {
          cost += Int(wanted[other * count + window]) - Int(wanted[window * count + other])
          costs.append(cost)
        }
        var best = place
        for index in costs.indices where costs[index] < costs[best] { best = index }
        order.insert(window, at: best)
        if best != place { hasChanged = true }
      }
      if !hasChanged { break }
    }
    return order
  }
}
