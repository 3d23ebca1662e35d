// Names as the C header has them.
// swift-format-ignore-file: AlwaysUseLowerCamelCase

import AsvinInstaller
import AsvinManifest
import AsvinVerifier
import AsvinDeviceCrypto
public import CAsvinDevice

/// The components of a device that has several; none of a device of one.
private func components(of device: UnsafePointer<asvin_device>) -> UnsafeBufferPointer<asvin_device> {
  unsafe UnsafeBufferPointer(
    start: device.pointee.components,
    count: device.pointee.components == nil ? 0 : Int(truncatingIfNeeded: device.pointee.component_count))
}

/// The slots of all components as bits, or 0 where their fields contradict each other: a slot that is there twice, or
/// regions that overlap.
#if hasFeature(Embedded)
@inline(never)
#endif
private func slots(of device: UnsafePointer<asvin_device>) -> UInt32 {
  let all = unsafe components(of: device)
  guard all.count > 1, all.count <= 8, let first = all.baseAddress else { return 0 }
  var slots: UInt32 = 0
  for place in all.indices {
    let component = unsafe first + place
    let slot = unsafe component.pointee.slot
    // In ascending order, as in a release.
    guard slot < 32, slots >> slot == 0, unsafe isConsistent(component), unsafe component.pointee.components == first
    else {
      return 0
    }
    slots |= 1 << slot
    for other in 0..<place {
      let (running, target) = unsafe ((first + other).pointee.running, (first + other).pointee.target)
      guard unsafe !overlap(component.pointee.running, running), unsafe !overlap(component.pointee.running, target),
        unsafe !overlap(component.pointee.target, running), unsafe !overlap(component.pointee.target, target)
      else { return 0 }
    }
  }
  return unsafe slots >> device.pointee.slot & 1 == 1 ? slots : 0
}

/// See the header.
@c @implementation
public func asvin_verify_component(
  _ device: UnsafePointer<asvin_device>?, _ envelope: UnsafePointer<UInt8>?, _ envelopeBytes: UInt32,
  _ plan: UnsafeMutablePointer<asvin_plan>?
) -> Int32 {
  guard let device = unsafe device else { return ASVIN_MISUSE }
  let slots = unsafe slots(of: device)
  guard slots > 0 else { return ASVIN_MISUSE }
  return unsafe verify(device, envelope, envelopeBytes, plan, slots: slots, reportComponent)
}

/// Reports what to fetch of a release for a component of a device.
private func reportComponent(
  _ release: borrowing VerifiedManifest, _ asked: borrowing DevicePolicy, _ device: UnsafePointer<asvin_device>,
  _ state: inout DeviceState, _ plan: UnsafeMutablePointer<asvin_plan>
) -> Int32 {
  // The verifier has read the manifest to its end, so that the cursors cannot fail. If one did, nothing would be
  // installed.
  var components = release.manifest.components
  guard var component = try? components.next() else { return code(.noUsablePayload) }  // cannot fail
  let first = component.digest
  var (place, number) = (0 as UInt32, 0 as UInt32)
  while unsafe component.slot != UInt64(device.pointee.slot) {
    number &+= InstallPlan.payloads(of: component)
    place &+= 1
    guard let next = try? components.next() else { return code(.noUsablePayload) }  // cannot fail
    component = next
  }
  var count = place &+ 1
  while (try? components.next()) != nil { count &+= 1 }  // cannot fail
  guard let choice = asked.choice(for: component) else { return code(.noUsablePayload) }
  let answer = unsafe report(release, component, place, of: count, choice, first, &state, plan)
  unsafe plan.pointee.number &+= number
  return answer
}

/// See the header.
@c @implementation
public func asvin_check_target(_ device: UnsafePointer<asvin_device>?, _ plan: UnsafePointer<asvin_plan>?) -> Int32 {
  guard let device = unsafe device, let plan = unsafe plan, unsafe plan.pointee.count > 0 else { return ASVIN_MISUSE }
  return unsafe checkTarget(device, plan)
}

/// Whether the target slot holds the image of a plan; a result of the header.
private func checkTarget(_ device: UnsafePointer<asvin_device>, _ plan: UnsafePointer<asvin_plan>) -> Int32 {
  var answer = ASVIN_MISUSE
  let component = unsafe inTarget(device, plan, &answer)
  return component == nil ? answer : ASVIN_DONE
}

/// The component of a plan, read back from the target slot of its device.
///
/// - Parameter answer: why it is not there, as a result of the header.
#if hasFeature(Embedded)
@inline(never)
#endif
private func inTarget(
  _ device: UnsafePointer<asvin_device>, _ plan: UnsafePointer<asvin_plan>, _ answer: inout Int32
) -> InstalledComponent? {
  guard let target = unsafe device.pointee.target, unsafe target.pointee.isSensible else { return nil }
  answer = code(.imageDigestMismatch)
  var failed = false
  return unsafe withUnsafeMutablePointer(to: &failed) { failed in
    unsafe InstalledComponent(known(plan).pointee, in: CRegion(target, failed), hash: SHA256.self)
  }
}

/// See the header.
@c @implementation
public func asvin_copy(_ device: UnsafePointer<asvin_device>?, _ plan: UnsafePointer<asvin_plan>?) -> Int32 {
  guard let device = unsafe device, let plan = unsafe plan,
    unsafe plan.pointee.is_installed == 1, unsafe plan.pointee.is_pending == 0,
    let running = unsafe device.pointee.running, let target = unsafe device.pointee.target,
    unsafe target.pointee.isSensible
  else { return ASVIN_MISUSE }
  let free = unsafe settled(.freeSlot, make(.freeSlot, of: device, nil, known(plan)))
  guard free == ASVIN_DONE else { return free }
  var failed = false
  return unsafe withUnsafeMutablePointer(to: &failed) { failed in
    do throws(InstallError) {
      try unsafe known(plan).pointee.copy(from: CRegion(running, failed), to: CRegion(target, failed))
      return unsafe checkTarget(device, plan)
    } catch {
      return code(error.reason)
    }
  }
}

/// See the header.
@c @implementation
public func asvin_activate(_ device: UnsafePointer<asvin_device>?, _ plans: UnsafePointer<asvin_plan>?) -> Int32 {
  guard let device = unsafe device, let plans = unsafe plans, unsafe slots(of: device) > 0 else { return ASVIN_MISUSE }
  let all = unsafe components(of: device)
  let memory = unsafe UnsafeMutableRawBufferPointer(
    start: device.pointee.memory, count: Int(device.pointee.memory_bytes))
  guard all.count &* MemoryLayout<InstalledComponent>.stride <= memory.count, let start = memory.baseAddress,
    let first = all.baseAddress
  else { return ASVIN_MISUSE }
  let components = unsafe start.assumingMemoryBound(to: InstalledComponent.self)
  for place in all.indices {
    let plan = unsafe plans + place
    var answer = ASVIN_MISUSE
    guard unsafe plan.pointee.count == UInt32(all.count), unsafe UInt64(first[place].slot) == known(plan).pointee.slot,
      let component = unsafe inTarget(first + place, plan, &answer)
    else { return answer }
    unsafe (components + place).initialize(to: component)
  }
  let activated = unsafe UnsafeBufferPointer(start: components, count: all.count)
  return agreed { isRehearsed in unsafe activate(activated, device, isRehearsed: isRehearsed) }
}

#if hasFeature(Embedded)
@inline(never)
#endif
private func activate(
  _ components: UnsafeBufferPointer<InstalledComponent>, _ device: UnsafePointer<asvin_device>, isRehearsed: Bool
) -> Int32 {
  var failed = false
  return unsafe withUnsafeMutablePointer(to: &failed) { failed in
    unsafe withState(of: device, failed, isRehearsed: isRehearsed) { device, state throws(InstallError) in
      try unsafe state.activate(components.span, in: device.pointee.target_slot)
      return ASVIN_DONE
    }
  }
}
