import AsvinDeviceCommands

DeviceProgram.start()
await DeviceProgram.run()
