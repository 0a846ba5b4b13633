/// tests/unit/vulkan/vulkan_fixture.h: a device that computes on the CPU, with the validation layer listening, and graphs to run on it.
#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <mutex>
#include <numeric>
#include <string>
#include <vector>

#include "engine/backend/vulkan/vulkan_backend.h"

namespace soliloquy {

/// Skips where there is no such device; fails when the validation layer says a word.
class VulkanTest : public testing::Test {
  protected:
    void SetUp() override {
        const auto devices = list_vulkan_devices(options());
        if (!devices.ok()) GTEST_SKIP() << devices.error().message;
        for (const AcceleratorInfo& each : *devices) {
            if (each.kind == AcceleratorKind::cpu) index_ = each.index;
        }
        if (!index_) GTEST_SKIP() << "no Vulkan device computes on the CPU (Debian, Ubuntu: mesa-vulkan-drivers)";
    }
    void TearDown() override {
        for (const std::string& each : messages_) ADD_FAILURE() << "validation: " << each;
    }

    VulkanOptions options(const SimulatedFaults& faults = {}) {
        VulkanOptions made;
        made.on_validation_message = [this](const std::string& message) {
            const std::lock_guard lock(mutex_);
            messages_.push_back(message);
        };
        made.faults = faults;
        return made;
    }
    std::shared_ptr<Accelerator> open(const VulkanOptions& with) {
        auto device = open_vulkan_device(index_, with);
        EXPECT_TRUE(device.ok()) << (device.ok() ? "" : device.error().message);
        return device.ok() ? *device : nullptr;
    }
    std::shared_ptr<Accelerator> open() { return open(options()); }

    std::optional<uint32_t> index_;
    std::mutex mutex_;
    std::vector<std::string> messages_;
};

/// y[t] = table[ids[t]] + table[ids[t]], a table of 64 rows of 40 numbers: row r holds r, r + 1, ...
struct SmallGraph {
    static constexpr uint32_t kColumns = 40, kRows = 64;
    std::vector<float> numbers = std::vector<float>(size_t{kColumns} * kRows);
    Graph graph;
    Weight table;
    Tensor x, y;

    SmallGraph() {
        for (uint32_t r = 0; r < kRows; ++r)
            std::iota(numbers.begin() + r * kColumns, numbers.begin() + (r + 1) * kColumns, static_cast<float>(r));
        table = {.name = "table",
                 .type = DType::f32,
                 .columns = kColumns,
                 .rows = kRows,
                 .slices = 1,
                 .row_bytes = kColumns * sizeof(float),
                 .slice_bytes = kColumns * kRows * sizeof(float),
                 .data = reinterpret_cast<const std::byte*>(numbers.data())};
        x = graph.activation("x", kColumns);
        y = graph.activation("y", kColumns);
        graph.add(Embed{.y = x, .table = graph.weight(table)});
        graph.add(Add{.y = y, .a = x, .b = x});
    }
    [[nodiscard]] PlanOptions plan_options(uint32_t max_tokens = 4) const {
        return {.max_tokens = max_tokens,
                .max_outputs = max_tokens,
                .exact = false,
                .segments = {{.first = 0, .end = graph.ops().size(), .inputs = {}, .results = {y}}}};
    }
    /// Twice the row of every id.
    void expect_rows(const Plan& plan, const std::vector<uint32_t>& ids) const {
        const Matrix<const float> rows = plan.rows(y);
        for (size_t t = 0; t < ids.size(); ++t) {
            for (size_t c = 0; c < kColumns; ++c) ASSERT_EQ(rows.at(t, c), 2.0f * static_cast<float>(ids[t] + c)) << t << ", " << c;
        }
    }
};

#define ASSERT_OK(result) ASSERT_TRUE((result).ok()) << ((result).ok() ? "" : (result).error().message)
#define EXPECT_ERROR(result, error_code, text)                                  \
    do {                                                                        \
        const auto& failing = (result);                                         \
        ASSERT_FALSE(failing.ok());                                             \
        EXPECT_EQ(failing.error().code, error_code) << failing.error().message; \
        EXPECT_THAT(failing.error().message, testing::HasSubstr(text));         \
    } while (false)

}  // namespace soliloquy
