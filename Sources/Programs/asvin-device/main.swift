import AsvinPrograms

CommandProgram.run(DeviceProgram.self)
