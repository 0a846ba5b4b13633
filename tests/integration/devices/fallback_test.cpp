/// tests/integration/devices/fallback_test.cpp: a device that fails, at any moment, ends in an answer from the CPU with the reason when it
/// was chosen automatically, and in an error that says what to try when it was asked for by name.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "engine/device_source.h"
#include "engine/fit.h"
#include "engine/loaded_model.h"
#include "tests/support/collecting_sink.h"
#include "tests/support/fake_accelerator.h"
#include "tests/support/shared_folder.h"

namespace soliloquy {
namespace {

using testing::CollectingSink;
using testing::FakeAccelerator;
using testing::FakeFaults;
using ::testing::HasSubstr;

constexpr uint64_t kActivations = 4'000'000;  // of a batch of the bundled model, about
constexpr uint64_t kRoomy = uint64_t{1} << 40;
const Error kFull{ErrorCode::out_of_memory, "512 MB were asked for, 100 MB are free; choose a shorter context"};
const Error kLost{ErrorCode::device, "the device was lost; open the model again"};

struct Computer {
    explicit Computer(FakeFaults faults = {}, uint64_t memory = kRoomy)
        : device(std::make_shared<FakeAccelerator>(memory, std::move(faults))) {}
    [[nodiscard]] Result<std::shared_ptr<Engine>> open(LoadOptions options) const {
        const DeviceSource source{
            .list = [this]() -> Result<std::vector<AcceleratorInfo>> { return std::vector<AcceleratorInfo>{device->info()}; },
            .open = [this](uint32_t) -> Result<std::shared_ptr<Accelerator>> { return std::shared_ptr<Accelerator>(device); }};
        return open_engine_on(testing::bundled_model(), options, source);
    }
    std::shared_ptr<FakeAccelerator> device;
};

LoadOptions options_for(Device device) {
    LoadOptions options;
    options.device = device;
    options.threads = 2;
    options.context_length = 1024;
    return options;
}

GenerateRequest question() {
    GenerateRequest request;
    request.messages.push_back({Role::user, "What is 487 + 356?", {}});
    request.max_tokens = 60;
    return request;
}

struct Answer {
    std::vector<TokenId> ids;
    GenerationResult result;
};

Answer answer(Session& session, const GenerateRequest& request = question()) {
    CollectingSink sink;
    const auto result = session.generate(request, sink);
    EXPECT_TRUE(result.ok()) << (result.ok() ? "" : result.error().message);
    Answer made;
    for (const auto& token : sink.tokens) made.ids.push_back(token.id);
    if (result.ok()) made.result = *result;
    return made;
}

std::vector<TokenId> answer_of_the_cpu() {
    const auto engine = open_engine(testing::bundled_model(), options_for(Device::cpu)).value();
    return answer(*engine->new_session().value()).ids;
}

TEST(Fallback, a_device_that_works_answers_as_the_cpu_and_is_named) {
    const Computer computer;
    for (const Device device : {Device::automatic, Device::vulkan}) {
        const auto engine = computer.open(options_for(device));
        ASSERT_TRUE(engine.ok()) << engine.error().message;
        const DeviceChoice& choice = (*engine)->info().device;
        EXPECT_EQ(choice.device, Device::vulkan);
        EXPECT_THAT(choice.description, HasSubstr("Fake GPU"));
        EXPECT_THAT(choice.placement, HasSubstr("everything on the GPU"));
        const uint32_t runs = computer.device->runs;
        const auto session = (*engine)->new_session().value();
        EXPECT_EQ(answer(*session).ids, answer_of_the_cpu());
        EXPECT_GT(computer.device->runs, runs + 60) << "the device did it";
        EXPECT_EQ(answer(*(*engine)->new_session().value()).ids, answer_of_the_cpu()) << "a second timeline";
    }
}

TEST(Fallback, the_wishes_of_the_user_are_followed) {
    const Computer computer;
    LoadOptions options = options_for(Device::vulkan);
    options.cpu_experts = 1;
    auto engine = computer.open(options);
    ASSERT_TRUE(engine.ok());
    EXPECT_THAT((*engine)->info().device.placement, HasSubstr("of 1 on the CPU"));
    EXPECT_EQ(answer(*(*engine)->new_session().value()).ids, answer_of_the_cpu());
    options.gpu_layers = 0;
    engine = computer.open(options);
    ASSERT_TRUE(engine.ok());
    EXPECT_EQ((*engine)->info().device.device, Device::cpu);
    EXPECT_THAT((*engine)->info().device.reason, HasSubstr("nothing on the GPU, as asked"));
}

TEST(Fallback, what_fails_while_loading_leaves_the_cpu_or_an_error) {
    const struct {
        FakeFaults faults;
        uint64_t memory;
        const char* words;
    } cases[] = {{{.at_upload = kFull}, kRoomy, "512 MB were asked for"},
                 {{.at_compile = Error{ErrorCode::device, "the driver cannot compile the shader rms_norm"}}, kRoomy, "rms_norm"},
                 {{.at_compile = kFull}, kRoomy, "512 MB were asked for"},
                 {{}, 1000, "too little for one layer"}};
    for (const auto& each : cases) {
        SCOPED_TRACE(each.words);
        const Computer computer(each.faults, each.memory);
        const auto fallen = computer.open(options_for(Device::automatic));
        ASSERT_TRUE(fallen.ok()) << fallen.error().message;
        const DeviceChoice& choice = (*fallen)->info().device;
        EXPECT_EQ(choice.device, Device::cpu);
        EXPECT_THAT(choice.reason, ::testing::AllOf(HasSubstr("Fake GPU"), HasSubstr(each.words)));
        EXPECT_EQ(choice.placement, "");
        EXPECT_EQ(answer(*(*fallen)->new_session().value()).ids, answer_of_the_cpu());
        const auto refused = computer.open(options_for(Device::vulkan));
        ASSERT_FALSE(refused.ok());
        EXPECT_THAT(refused.error().message, HasSubstr(each.words));
    }
}

TEST(Fallback, what_fails_in_a_prompt_or_an_answer_goes_on_with_the_cpu) {
    const auto expected = answer_of_the_cpu();
    for (const Error& fault : {kFull, kLost}) {
        for (const uint32_t run : {1u, 2u, 30u}) {
            SCOPED_TRACE(fault.message + ", run " + std::to_string(run));
            const Computer computer({.at_run = fault, .run = run});
            const auto engine = computer.open(options_for(Device::automatic));
            ASSERT_TRUE(engine.ok()) << engine.error().message;
            const auto session = (*engine)->new_session().value();
            const Answer made = answer(*session);
            EXPECT_EQ(made.ids, expected);
            EXPECT_NE(made.result.finish, FinishReason::error);
            EXPECT_THAT(made.result.notice, ::testing::AllOf(HasSubstr("goes on with the CPU"), HasSubstr(fault.message)));
            const Answer again = answer(*session);
            EXPECT_EQ(again.ids, expected);
            EXPECT_EQ(again.result.notice, "") << "told once";
        }
    }
}

TEST(Fallback, reading_again_with_the_cpu_can_be_stopped_and_says_how_far_it_is) {
    GenerateRequest request = question();
    request.messages.front().content = std::string(700, 'a');
    request.max_tokens = 4;
    for (const uint32_t run : {3u, 5u}) {  // in the prompt's third batch, in the answer
        const Computer computer({.at_run = kLost, .run = run});
        const auto engine = computer.open(options_for(Device::automatic)).value();
        const auto session = engine->new_session().value();
        uint32_t before = 0;
        {  // as it is without a stop: the batches are told again
            const Computer other({.at_run = kLost, .run = run});
            const auto whole_engine = other.open(options_for(Device::automatic)).value();
            CollectingSink whole;
            ASSERT_EQ(whole_engine->new_session().value()->generate(request, whole)->finish, FinishReason::max_tokens);
            for (const PromptProgress& each : whole.prompts) {
                EXPECT_LE(each.tokens_done, each.tokens_total);
                EXPECT_EQ(each.tokens_total, whole.prompts.front().tokens_total) << "of the prompt, whatever was written since";
                before += each.tokens_done == 256 ? 1 : 0;
            }
            EXPECT_EQ(before, 2u) << "told for the device and for the CPU";
        }
        uint32_t seen = 0;
        struct SecondTime final : CollectingSink {
            void on_prompt(const PromptProgress& progress) override {
                CollectingSink::on_prompt(progress);
                if (progress.tokens_done == 256 && ++*seen == 2) session->stop();
            }
            Session* session = nullptr;
            uint32_t* seen = nullptr;
        } stopping;
        stopping.session = session.get();
        stopping.seen = &seen;
        const auto stopped = session->generate(request, stopping);
        ASSERT_TRUE(stopped.ok());
        EXPECT_EQ(stopped->finish, FinishReason::stopped);
        EXPECT_THAT(stopped->notice, HasSubstr("goes on with the CPU"));
        EXPECT_EQ(session->tokens_in_cache(), 256u);
        CollectingSink rest;
        EXPECT_EQ(session->generate(request, rest)->finish, FinishReason::max_tokens) << "and goes on";
    }
}

TEST(Fallback, a_device_asked_for_by_name_fails_with_its_error_and_works_when_opened_again) {
    for (const Error& fault : {kFull, kLost}) {
        const Computer broken({.at_run = fault, .run = 30});
        const auto engine = broken.open(options_for(Device::vulkan)).value();
        const auto session = engine->new_session().value();
        const Answer cut = answer(*session);
        EXPECT_EQ(cut.result.finish, FinishReason::error);
        EXPECT_EQ(cut.result.error.message, fault.message);
        EXPECT_FALSE(cut.ids.empty()) << "what was generated stays";
        const auto again = Computer().open(options_for(Device::vulkan)).value();
        EXPECT_EQ(answer(*again->new_session().value()).ids, answer_of_the_cpu());
    }
}

TEST(GpuFits, foresee_never_less_than_loading_needs_and_at_most_the_activations_more) {
    const uint64_t all = Computer().open(options_for(Device::vulkan)).value()->info().file_bytes;
    for (const uint64_t reserve = uint64_t{128} << 20; const uint64_t room : {all / 4, all / 2, 3 * all / 4, all, 2 * all}) {
        const uint64_t memory = reserve + room;
        const auto engine = Computer({}, memory).open(options_for(Device::automatic)).value();
        const Placement& placed = loaded_model_of(*engine)->model->placement();
        const auto guess = estimate_gpu_fit(testing::bundled_model(), options_for(Device::automatic).context_length, memory, memory);
        ASSERT_TRUE(guess.ok()) << guess.error().message;
        SCOPED_TRACE(placed.words + " / " + guess->words);
        EXPECT_GE(guess->all_bytes, placed.all_bytes);
        EXPECT_LE(guess->all_bytes, placed.all_bytes + kActivations);
        EXPECT_LE(guess->layers, placed.layers_on_device);
    }
}

TEST(Fallback, cancelling_an_upload_cancels_the_load) {
    LoadOptions options = options_for(Device::automatic);
    options.progress = [](float done) { return done < 0.6f; };
    const auto cancelled = Computer().open(options);
    ASSERT_FALSE(cancelled.ok());
    EXPECT_EQ(cancelled.error().code, ErrorCode::cancelled) << "and does not begin anew on the CPU";
}

TEST(Fallback, the_same_seed_on_the_same_device_gives_the_same_tokens) {
    const Computer computer;
    GenerateRequest request = question();
    request.sampling.temperature = 0.9f;
    request.sampling.seed = 42;
    const auto engine = computer.open(options_for(Device::vulkan)).value();
    const auto first = answer(*engine->new_session().value(), request).ids;
    EXPECT_EQ(answer(*engine->new_session().value(), request).ids, first);
    EXPECT_EQ(answer(*computer.open(options_for(Device::vulkan)).value()->new_session().value(), request).ids, first);
}

}  // namespace
}  // namespace soliloquy
