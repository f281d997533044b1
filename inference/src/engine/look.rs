//! Lists graphics adapters through Vulkan; runs in the probe's process only.

use super::device::{AdapterKind, GraphicsAdapter};

/// Every adapter, numbered within its kind.
pub(super) fn adapters() -> Vec<GraphicsAdapter> {
    let instance = wgpu::Instance::new(wgpu::InstanceDescriptor::new_without_display_handle());
    let found = wait(instance.enumerate_adapters(wgpu::Backends::VULKAN));
    let mut listed: Vec<GraphicsAdapter> = Vec::new();
    for adapter in found {
        let info = adapter.get_info();
        let kind = match info.device_type {
            wgpu::DeviceType::DiscreteGpu => AdapterKind::Discrete,
            wgpu::DeviceType::IntegratedGpu => AdapterKind::Integrated,
            wgpu::DeviceType::VirtualGpu => AdapterKind::Virtual,
            wgpu::DeviceType::Cpu => AdapterKind::Software,
            wgpu::DeviceType::Other => AdapterKind::Unknown,
        };
        let index = listed.iter().filter(|other| other.kind == kind).count();
        listed.push(GraphicsAdapter { name: info.name, kind, index });
    }
    listed
}

/// Vulkan answers at once, so the future is ready when it is first asked.
fn wait<T>(future: impl Future<Output = T>) -> T {
    let mut future = std::pin::pin!(future);
    let mut context = std::task::Context::from_waker(std::task::Waker::noop());
    loop {
        if let std::task::Poll::Ready(value) = future.as_mut().poll(&mut context) {
            return value;
        }
        std::thread::yield_now();
    }
}
