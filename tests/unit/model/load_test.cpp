/// tests/unit/model/load_test.cpp: what a model's file must hold, and the words with which a wrong one is refused.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "engine/model/architecture.h"
#include "tests/support/shared_folder.h"
#include "tests/unit/model/edited_model.h"

namespace soliloquy {
namespace {

using ::testing::AllOf;
using testing::EditedModel;
using ::testing::HasSubstr;

std::filesystem::path data(const char* name) { return testing::source_folder() / "tests/golden/models/data" / name; }

std::vector<float> last_logits(std::shared_ptr<const Model> model) {
    const auto decoder = testing::new_decoder(std::move(model));
    const std::vector<TokenId> ids = {1, 200, 37, 99, 4};
    EXPECT_TRUE(decoder->append(ids, LogitsFor::last).ok());
    const auto row = decoder->logits().row(0);
    return {row.begin(), row.end()};
}

TEST(LoadTest, counts_of_the_bundled_model) {
    EditedModel file(testing::bundled_model());
    const auto model = file.load();
    ASSERT_TRUE(model.ok()) << model.error().message;
    uint64_t numbers = 0;
    for (const GgufTensor& tensor : file.source->tensors()) numbers += tensor.elements();
    EXPECT_EQ((*model)->parameters(), numbers);
    EXPECT_LT((*model)->active_parameters(), numbers / 2);  // 2 of 16 experts
    EXPECT_EQ((*model)->vocabulary_size(), 320u);
    EXPECT_EQ((*model)->trained_context_length(), 4096u);
    EXPECT_EQ((*model)->kv_bytes_per_position(), 5u * (64 + 32) * 2);  // the latent and the rotated key, in F16
}

TEST(LoadTest, unknown_architecture_is_named_with_those_that_run) {
    EditedModel file(testing::bundled_model());
    file.set_string("general.architecture", "mamba");
    EXPECT_THAT(file.load_error(), AllOf(HasSubstr("'mamba'"), HasSubstr("deepseek2"), HasSubstr("gpt-oss")));
}

TEST(LoadTest, a_tensor_that_nothing_would_use_is_refused) {
    for (const char* name : {"blk.3.ffn_down.bias", "blk.0.attn_output.bias", "output.bias"}) {
        EditedModel file(testing::bundled_model());
        EditedModel::Tensor bias = file.tensor("output_norm.weight");
        bias.name = name;
        file.tensors.push_back(bias);
        EXPECT_THAT(file.load_error(), AllOf(HasSubstr(name), HasSubstr("answers would be wrong")));
    }
    EditedModel file(testing::bundled_model());
    EditedModel::Tensor further = file.tensor("output_norm.weight");
    further.name = "blk.5.nextn.enorm.weight";  // of a block behind those that run
    file.tensors.push_back(further);
    EXPECT_TRUE(file.load().ok());
}

TEST(LoadTest, missing_tensor) {
    EditedModel file(testing::bundled_model());
    file.erase_tensor("blk.3.ffn_up_exps.weight");
    EXPECT_THAT(file.load_error(), AllOf(HasSubstr("blk.3.ffn_up_exps.weight"), HasSubstr("[256, 128, 16]"), HasSubstr("no such tensor")));
}

TEST(LoadTest, tensor_of_another_shape) {
    EditedModel file(testing::bundled_model());
    auto& tensor = file.tensor("blk.0.attn_q_a.weight");
    std::swap(tensor.dims[0], tensor.dims[1]);
    EXPECT_THAT(file.load_error(), AllOf(HasSubstr("blk.0.attn_q_a.weight"), HasSubstr("[256, 128]"), HasSubstr("Q8_0 [128, 256]")));
}

TEST(LoadTest, tensor_of_another_type) {
    EditedModel file(testing::bundled_model());
    auto& tensor = file.tensor("blk.2.attn_norm.weight");
    tensor.type = DType::f16;
    tensor.data.resize(tensor.data.size() / 2);
    EXPECT_THAT(file.load_error(), AllOf(HasSubstr("blk.2.attn_norm.weight"), HasSubstr("expected F32 [256]"), HasSubstr("found F16")));
}

TEST(LoadTest, missing_key) {
    EditedModel file(testing::bundled_model());
    file.erase_key("deepseek2.attention.kv_lora_rank");
    EXPECT_THAT(file.load_error(), HasSubstr("deepseek2.attention.kv_lora_rank"));
}

TEST(LoadTest, hyperparameters_that_contradict_each_other) {
    const auto error_with = [](const char* key, uint64_t value) {
        EditedModel file(testing::bundled_model());
        file.set_uint(key, value);
        return file.load_error();
    };
    EXPECT_THAT(error_with("deepseek2.block_count", 0), HasSubstr("deepseek2.block_count"));
    EXPECT_THAT(error_with("deepseek2.block_count", 4000000000), HasSubstr("deepseek2.block_count"));
    EXPECT_THAT(error_with("deepseek2.attention.head_count", 0), HasSubstr("head_count"));
    EXPECT_THAT(error_with("deepseek2.expert_used_count", 9), HasSubstr("expert_used_count"));  // 8 are in the groups used
    EXPECT_THAT(error_with("deepseek2.expert_group_count", 3), HasSubstr("expert_group_count"));
    EXPECT_THAT(error_with("deepseek2.expert_gating_func", 9), HasSubstr("expert_gating_func"));
    EXPECT_THAT(error_with("deepseek2.rope.dimension_count", 31), HasSubstr("rope.dimension_count"));
    EXPECT_THAT(error_with("deepseek2.rope.dimension_count", 64), HasSubstr("rope.dimension_count"));
    EXPECT_THAT(error_with("deepseek2.nextn_predict_layers", 5), HasSubstr("nextn_predict_layers"));
}

TEST(LoadTest, blocks_for_predicting_several_tokens_are_passed_over) {
    EditedModel file(testing::bundled_model());
    const auto expected = last_logits(file.load().value());
    EditedModel more(testing::bundled_model());
    more.set_uint("deepseek2.block_count", 6);
    more.set_uint("deepseek2.nextn_predict_layers", 1);
    more.tensors.push_back({"blk.5.nextn.enorm.weight", DType::f32, {4}, std::vector<std::byte>(16)});
    const auto model = more.load();
    ASSERT_TRUE(model.ok()) << model.error().message;
    EXPECT_EQ(last_logits(*model), expected);
}

TEST(LoadTest, output_tied_to_the_embedding) {
    EditedModel tied(testing::bundled_model());
    tied.erase_tensor("output.weight");
    EditedModel copied(testing::bundled_model());
    copied.tensor("output.weight").data = copied.tensor("token_embd.weight").data;
    const auto model = tied.load();
    ASSERT_TRUE(model.ok()) << model.error().message;
    EXPECT_EQ(last_logits(*model), last_logits(copied.load().value()));
    EXPECT_LT((*model)->parameters(), copied.load().value()->parameters());
}

TEST(LoadTest, gate_and_up_in_one_tensor) {
    EditedModel apart(data("deepseek2-lite-Q4_K_M.gguf"));
    EditedModel joined(data("deepseek2-lite-Q4_K_M.gguf"));
    for (const std::string block : {"blk.1.", "blk.2."}) {
        auto& gate = joined.tensor(block + "ffn_gate_exps.weight");
        const auto up = joined.tensor(block + "ffn_up_exps.weight").data;
        const size_t slice = gate.data.size() / gate.dims[2];
        std::vector<std::byte> both;
        for (size_t e = 0; e < gate.dims[2]; ++e) {
            const auto at = static_cast<std::ptrdiff_t>(e * slice), end = static_cast<std::ptrdiff_t>((e + 1) * slice);
            both.insert(both.end(), gate.data.begin() + at, gate.data.begin() + end);
            both.insert(both.end(), up.begin() + at, up.begin() + end);
        }
        gate.name = block + "ffn_gate_up_exps.weight";
        gate.dims[1] *= 2;
        gate.data = std::move(both);
        joined.erase_tensor(block + "ffn_up_exps.weight");
    }
    const auto model = joined.load();
    ASSERT_TRUE(model.ok()) << model.error().message;
    EXPECT_EQ(last_logits(*model), last_logits(apart.load().value()));
}

TEST(LoadTest, attention_sharpened_by_position_is_refused) {
    EditedModel file(testing::bundled_model());
    file.set_float("deepseek2.attention.temperature_scale", 0.1);
    EXPECT_THAT(file.load_error(), HasSubstr("deepseek2.attention.temperature_scale"));
    file.set_float("deepseek2.attention.temperature_scale", 0.0);
    EXPECT_EQ(file.load_error(), "");
}

// Files of GLM-4.7-Flash leave the gate out: 47 or 48 blocks and a vocabulary of 154,880 mean the sigmoid, anything else the softmax.
TEST(LoadTest, a_gate_that_the_file_does_not_name) {
    const auto gate_of = [](uint32_t blocks, uint64_t vocabulary) {
        EditedModel file(data("variants/deepseek2-moonlight-Q8_0.gguf"));
        file.erase_key("deepseek2.expert_gating_func");
        file.set_uint("deepseek2.block_count", blocks);
        auto& embedding = file.tensor("token_embd.weight");
        embedding.dims[1] = vocabulary;
        embedding.data.assign(vocabulary * 34, std::byte{0});  // a row is one block of Q8_0
        const auto config = read_config(*file.open());
        EXPECT_TRUE(config.ok()) << config.error().message;
        return config->gate;
    };
    EXPECT_EQ(gate_of(47, 154880), Gate::sigmoid);
    EXPECT_EQ(gate_of(48, 154880), Gate::sigmoid);
    EXPECT_EQ(gate_of(27, 154880), Gate::softmax);
    EXPECT_EQ(gate_of(47, 154879), Gate::softmax);
}

TEST(LoadTest, progress_grows_and_can_cancel) {
    EditedModel file(testing::bundled_model());
    std::vector<float> seen;
    ASSERT_TRUE(Model::load(file.open(), {.exact = false,
                                          .progress =
                                              [&](float done) {
                                                  seen.push_back(done);
                                                  return true;
                                              }})
                    .ok());
    EXPECT_TRUE(std::is_sorted(seen.begin(), seen.end()));
    EXPECT_EQ(seen.back(), 1.0f);
    const auto cancelled = Model::load(file.open(), {.exact = false, .progress = [](float) { return false; }});
    ASSERT_FALSE(cancelled.ok());
    EXPECT_EQ(cancelled.error().code, ErrorCode::cancelled);
}

}  // namespace
}  // namespace soliloquy
