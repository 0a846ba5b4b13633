/// tests/unit/viewmodels/device_view_model_test.cpp: the devices as the settings show them, a choice that is kept, drivers that take their
/// time.
#include "app/viewmodels/device_view_model.h"

#include <condition_variable>
#include <mutex>

#include "tests/unit/chat_session/chat_fixture.h"

namespace soliloquy {
namespace {

DeviceReports two_devices() {
    DeviceReports reports;
    DeviceReport gpu;
    gpu.id = "vulkan:1";
    gpu.device = Device::vulkan;
    gpu.name = "GeForce RTX 3090";
    gpu.kind = "GPU";
    gpu.memory_bytes = 24'000'000'000;
    gpu.free_bytes = 23'000'000'000;
    gpu.chosen = true;
    gpu.reason = "the only GPU";
    DeviceReport cpu;
    cpu.id = "cpu";
    cpu.name = "CPU, 8 threads, AVX2";
    cpu.kind = "CPU";
    reports.devices = {gpu, cpu};
    return reports;
}

class DeviceViewModelTest : public ChatTest {};

TEST_F(DeviceViewModelTest, lists_devices_with_memory_and_reason) {
    DeviceViewModel view(*session, *store, [](unsigned) { return two_devices(); });
    EXPECT_TRUE(view.devices().isEmpty()) << "nothing is asked before the settings are shown";
    view.look();
    EXPECT_TRUE(view.looking());
    ASSERT_TRUE(wait_for([&] { return !view.looking(); }));
    ASSERT_EQ(view.devices().size(), 3);
    const QVariantMap automatic = view.devices()[0].toMap(), gpu = view.devices()[1].toMap(), cpu = view.devices()[2].toMap();
    EXPECT_EQ(automatic[QStringLiteral("setting")].toString().toStdString(), "auto");
    EXPECT_EQ(automatic[QStringLiteral("about")].toString().toStdString(), "Now: GeForce RTX 3090");
    EXPECT_EQ(gpu[QStringLiteral("setting")].toString().toStdString(), "vulkan:GeForce RTX 3090") << "by name: numbers change";
    EXPECT_EQ(gpu[QStringLiteral("about")].toString().toStdString(), "GPU, 24.0 GB of memory, 23.0 GB free");
    EXPECT_EQ(gpu[QStringLiteral("reason")].toString().toStdString(), "the only GPU");
    EXPECT_EQ(cpu[QStringLiteral("setting")].toString().toStdString(), "cpu");
}

TEST_F(DeviceViewModelTest, the_choice_is_kept_and_reaches_the_next_load) {
    {
        DeviceViewModel view(*session, *store, [](unsigned) { return two_devices(); });
        EXPECT_EQ(view.setting().toStdString(), "auto");
        view.setSetting(QStringLiteral("vulkan:GeForce RTX 3090"));
        EXPECT_EQ(session->general_load().device, Device::vulkan);
        EXPECT_EQ(session->general_load().which_device, "GeForce RTX 3090");
        view.setSetting(QStringLiteral("nonsense"));
        EXPECT_EQ(view.setting().toStdString(), "vulkan:GeForce RTX 3090");
    }
    LoadOptions next;
    DeviceViewModel::read_setting(*store, next);
    EXPECT_EQ(next.device, Device::vulkan);
    EXPECT_EQ(next.which_device, "GeForce RTX 3090");
    LoadOptions named;
    named.device = Device::cpu;
    DeviceViewModel::read_setting(*store, named);
    EXPECT_EQ(named.device, Device::cpu) << "the command line goes first";
}

TEST_F(DeviceViewModelTest, another_device_closes_the_open_model_and_the_next_message_opens_it) {
    DeviceViewModel view(*session, *store, [](unsigned) { return two_devices(); });
    ask(QStringLiteral("One"));
    ASSERT_TRUE(session->model_info().has_value());
    EXPECT_FALSE(view.running().isEmpty());
    view.setSetting(QStringLiteral("cpu"));
    EXPECT_FALSE(session->model_info().has_value());
    EXPECT_TRUE(view.running().isEmpty());
    ask(QStringLiteral("Two"));
    EXPECT_TRUE(session->model_info().has_value());
}

TEST_F(DeviceViewModelTest, a_slow_driver_holds_nothing_up_and_is_asked_once) {
    std::mutex mutex;
    std::condition_variable changed;
    bool answer = false;
    int asked = 0;
    DeviceViewModel view(*session, *store, [&](unsigned) {
        std::unique_lock lock(mutex);
        ++asked;
        changed.wait(lock, [&] { return answer; });
        return two_devices();
    });
    view.look();
    view.look();
    ask(QStringLiteral("Meanwhile"));
    EXPECT_TRUE(view.looking());
    {
        const std::lock_guard lock(mutex);
        answer = true;
    }
    changed.notify_all();
    ASSERT_TRUE(wait_for([&] { return !view.looking(); }));
    view.look();
    EXPECT_EQ(asked, 1);
}

}  // namespace
}  // namespace soliloquy
