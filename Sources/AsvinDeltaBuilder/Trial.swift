import AsvinDelta
import Synchronization

/// Tries covers and settings on a pair of images, by what they would cost.
struct Trial: Sendable {
  let old: [UInt8]
  let new: [UInt8]
  let profile: Profile
  var effort = Effort.normal
  var progress: @Sendable (_ done: UInt64, _ total: UInt64) -> Void = { _, _ in }
  private let steps = Steps()
  private var writer: PatchWriter { PatchWriter(old: old, new: new, profile: profile) }

  private typealias Costs = CoverSearch.Costs
  /// Images above these bytes are looked at in fewer ways.
  private static let large = 4 << 20

  /// The plan that costs least: first the machine code, on plain covers; then covers that look through references.
  func best(among sets: [InstructionSet]) -> Plan {
    let covers = CoverSearch(old: old, new: new).covers(CoverSearch.Costs())
    let placed = Plan(covers: covers, settings: placed(covers))
    let set = cheapest(sets.map { with(placed, set: $0) }).settings.set
    let plain = improved(with(placed, set: set))
    if effort == .fast { return cheapest([plain, withRepeats(plain)]) }
    let layout = plain.settings.layout
    let search = maskedSearch(plain)
    // A large image has enough of everything; one way to look at it is nearly as good as three.
    let choices = new.count > Self.large && effort == .normal ? [Costs()] : Costs.choices(effort)
    let plans = concurrentMap(choices) { costs in
      let covers = search.covers(costs)
      let again = with(Plan(covers: covers, settings: self.placed(covers)), set: set)
      var asBefore = again
      asBefore.settings.layout = layout
      return again.settings.layout.count == layout.count && layout.count == 0 ? [again] : [again, asBefore]
    }
    let again = cheapest(plans.flatMap(\.self))
    let best = cheapest([plain, improved(again)])
    let once = cheapest([best, withRepeats(best)])
    if new.count > Self.large, effort == .normal { return once }
    let twice = cheapest([once, withRepeats(once)])
    return effort == .max ? cheapest([twice, withRepeats(twice)]) : twice
  }

  /// A plan made to be written over the old image.
  func inPlace(_ plan: Plan, _ inPlace: Windows.InPlace) -> Plan {
    let best = cheapest(InPlaceCovers(old: old, new: new, inPlace: inPlace).plans(plan))
    return cheapest([best, withRepeats(best)])
  }

  /// The plan with what the new image repeats of itself.
  private func withRepeats(_ plan: Plan) -> Plan {
    var prices = [Double](repeating: 6, count: new.count)
    var last = 0.0
    var plan = plan
    _ = writer.code(
      plan, coder: { CostCounter() },
      afterLiteral: { coder, position in
        let price = coder.bits - last
        last = coder.bits
        if price < 24 { prices[Int(position) - 1] = price }
      }
    ) { $0.bits }
    plan.covers = RepeatSearch(old: old, new: new, oldSize: plan.settings.oldSize, prices: prices).covers(in: plan)
    return plan
  }

  /// The search on the images as they look when references say nothing.
  private func maskedSearch(_ plan: Plan) -> CoverSearch {
    let (set, layout) = (plan.settings.set, plan.settings.layout)
    let maskedOld = MaskedImage.bytes(old, set: set) { layout.offset(ofAddress: $0, inNew: false) != nil }
    let maskedNew = MaskedImage.bytes(new, set: set) { layout.offset(ofAddress: $0, inNew: true) != nil }
    return CoverSearch(old: old, new: new, masked: (maskedOld, maskedNew))
  }

  /// Sizes, and the load address where one can be inferred.
  private func placed(_ covers: [Cover]) -> PatchSettings {
    var settings = PatchSettings()
    settings.oldSize = UInt32(old.count)
    settings.newSize = UInt32(new.count)
    if let address = LayoutInference.loadAddress(old: old, new: new, covers: covers) {
      settings.layout.append(
        Region(
          old: Placement(length: settings.oldSize, address: address),
          new: Placement(length: settings.newSize, address: address)))
    }
    return settings
  }

  /// The plan with or without a load address, and with the page of RAM that helps most.
  private func improved(_ plan: Plan) -> Plan {
    var unplaced = plan
    unplaced.settings.layout = Layout()
    var plans = [plan, unplaced]
    for page in LayoutInference.memoryPages(
      old: old, new: new, covers: plan.covers, layout: plan.settings.layout)
    {
      for var candidate in plans[..<2] {
        candidate.settings.memoryPage = page
        plans.append(candidate)
      }
    }
    return cheapest(plans)
  }

  private func with(_ plan: Plan, set: InstructionSet) -> Plan {
    var plan = plan
    plan.settings.set = set
    return plan
  }

  private func cheapest(_ plans: [Plan]) -> Plan {
    let priced = concurrentMap(plans) { plan in
      var plan = plan
      plan.bits = writer.code(plan, coder: { CostCounter() }) { $0.bits }
      steps.next(progress)
      return plan
    }
    return priced.min { $0.bits < $1.bits } ?? plans[0]
  }
}

/// How long to look for a smaller patch.
public enum Effort: String, CaseIterable, Sendable {
  /// Covers of the images as they are.
  case fast
  /// Also covers that look through references, in a few ways.
  case normal
  /// In more ways, for the last percent.
  case max
}

/// How many plans were tried, of about how many.
private final class Steps: Sendable {
  private let done = Atomic<UInt64>(0)
  private static let total: UInt64 = 30

  func next(_ progress: (UInt64, UInt64) -> Void) {
    let done = done.add(1, ordering: .relaxed).newValue
    progress(min(done, Self.total), Self.total)
  }
}
