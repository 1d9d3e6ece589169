// Emoji by their short names.

const TABLE = `
grinning 😀 smiley 😃 smile 😄 grin 😁 laughing 😆 sweat_smile 😅 joy 😂 rofl 🤣 blush 😊 innocent 😇
slightly_smiling_face 🙂 upside_down_face 🙃 wink 😉 relieved 😌 heart_eyes 😍 kissing_heart 😘 yum 😋
stuck_out_tongue 😛 zany_face 🤪 face_with_raised_eyebrow 🤨 nerd_face 🤓 sunglasses 😎 star-struck 🤩
partying_face 🥳 smirk 😏 unamused 😒 disappointed 😞 pensive 😔 worried 😟 confused 😕 slightly_frowning_face 🙁
cry 😢 sob 😭 triumph 😤 angry 😠 rage 😡 exploding_head 🤯 flushed 😳 scream 😱 fearful 😨 hugging_face 🤗
thinking_face 🤔 shushing_face 🤫 neutral_face 😐 expressionless 😑 no_mouth 😶 grimacing 😬 face_with_rolling_eyes 🙄
astonished 😲 sleeping 😴 zipper_mouth_face 🤐 mask 😷 sneezing_face 🤧 cowboy 🤠 clown_face 🤡 ghost 👻 skull 💀 alien 👽
robot_face 🤖 robot 🤖 hankey 💩 wave 👋 raised_hand ✋ ok_hand 👌 v ✌️ crossed_fingers 🤞 call_me_hand 🤙
point_left 👈 point_right 👉 point_up 👆 point_down 👇 +1 👍 thumbsup 👍 -1 👎 thumbsdown 👎 fist ✊ clap 👏
raised_hands 🙌 open_hands 👐 handshake 🤝 pray 🙏 writing_hand ✍️ muscle 💪 eyes 👀 eye 👁️ ear 👂 brain 🧠
bust_in_silhouette 👤 busts_in_silhouette 👥 speaking_head_in_silhouette 🗣️ facepalm 🤦 shrug 🤷 raising_hand 🙋 bow 🙇
dog 🐶 cat 🐱 mouse 🐭 fox_face 🦊 bear 🐻 panda_face 🐼 lion_face 🦁 frog 🐸 monkey_face 🐵 see_no_evil 🙈 hear_no_evil 🙉
speak_no_evil 🙊 chicken 🐔 penguin 🐧 owl 🦉 unicorn_face 🦄 bee 🐝 bug 🐛 butterfly 🦋 snail 🐌 turtle 🐢 octopus 🐙
whale 🐳 seedling 🌱 evergreen_tree 🌲 palm_tree 🌴 cactus 🌵 four_leaf_clover 🍀 maple_leaf 🍁 mushroom 🍄 rose 🌹 sunflower 🌻
cherry_blossom 🌸 bouquet 💐 sunny ☀️ partly_sunny ⛅ cloud ☁️ rain_cloud 🌧️ snowflake ❄️ zap ⚡ rainbow 🌈 ocean 🌊 fire 🔥
star ⭐ star2 🌟 sparkles ✨ dizzy 💫 boom 💥 crescent_moon 🌙 earth_africa 🌍 earth_americas 🌎 earth_asia 🌏
apple 🍎 tangerine 🍊 lemon 🍋 banana 🍌 watermelon 🍉 grapes 🍇 strawberry 🍓 cherries 🍒 peach 🍑 tomato 🍅 avocado 🥑
broccoli 🥦 bread 🍞 croissant 🥐 cheese_wedge 🧀 egg 🥚 hamburger 🍔 fries 🍟 pizza 🍕 hotdog 🌭 taco 🌮 burrito 🌯 sushi 🍣
ramen 🍜 spaghetti 🍝 curry 🍛 salad 🥗 green_salad 🥗 stew 🍲 cake 🍰 birthday 🎂 cookie 🍪 doughnut 🍩 icecream 🍦 coffee ☕
tea 🍵 beer 🍺 beers 🍻 wine_glass 🍷 cocktail 🍸 champagne 🍾 fork_and_knife 🍴 knife_fork_plate 🍽️ soccer ⚽ basketball 🏀
trophy 🏆 medal 🏅 first_place_medal 🥇 second_place_medal 🥈 third_place_medal 🥉 dart 🎯 game_die 🎲 jigsaw 🧩 video_game 🎮
art 🎨 musical_note 🎵 notes 🎶 guitar 🎸 microphone 🎤 headphones 🎧 clapper 🎬 ticket 🎫 car 🚗 taxi 🚕 bus 🚌 train 🚆 bike 🚲
airplane ✈️ rocket 🚀 ship 🚢 anchor ⚓ construction 🚧 rotating_light 🚨 traffic_light 🚦 checkered_flag 🏁 triangular_flag_on_post 🚩 scales ⚖️
house 🏠 office 🏢 hospital 🏥 hotel 🏨 school 🏫 watch ⌚ iphone 📱 computer 💻 desktop_computer 🖥️ keyboard ⌨️ printer 🖨️
floppy_disk 💾 cd 💿 camera 📷 video_camera 📹 telephone ☎️ tv 📺 radio 📻 alarm_clock ⏰ hourglass ⌛ hourglass_flowing_sand ⏳
stopwatch ⏱️ battery 🔋 electric_plug 🔌 bulb 💡 flashlight 🔦 candle 🕯️ wastebasket 🗑️ money_with_wings 💸 dollar 💵 moneybag 💰
credit_card 💳 gem 💎 balance_scale ⚖️ wrench 🔧 hammer 🔨 hammer_and_wrench 🛠️ toolbox 🧰 gear ⚙️ nut_and_bolt 🔩 magnet 🧲
microscope 🔬 telescope 🔭 satellite 🛰️ syringe 💉 pill 💊 thermometer 🌡️ broom 🧹 thread 🧵 yarn 🧶 safety_pin 🧷
key 🔑 old_key 🗝️ door 🚪 bed 🛏️ gift 🎁 balloon 🎈 tada 🎉 confetti_ball 🎊 ribbon 🎀 email 📧 envelope ✉️ incoming_envelope 📨
inbox_tray 📥 outbox_tray 📤 package 📦 mailbox 📫 scroll 📜 page_facing_up 📄 page_with_curl 📃 bookmark_tabs 📑 bar_chart 📊
chart_with_upwards_trend 📈 chart_with_downwards_trend 📉 calendar 📅 date 📅 spiral_calendar_pad 🗓️ card_index 📇 clipboard 📋
file_folder 📁 open_file_folder 📂 newspaper 📰 notebook 📓 book 📖 books 📚 bookmark 🔖 label 🏷️ link 🔗 paperclip 📎
straight_ruler 📏 triangular_ruler 📐 scissors ✂️ pushpin 📌 round_pushpin 📍 pencil ✏️ pencil2 ✏️ memo 📝 black_nib ✒️ lower_left_crayon 🖍️
mag 🔍 mag_right 🔎 lock 🔒 unlock 🔓 closed_lock_with_key 🔐 bell 🔔 no_bell 🔕 loudspeaker 📢 mega 📣 speech_balloon 💬
left_speech_bubble 🗨️ thought_balloon 💭 speaker 🔈 mute 🔇 heart ❤️ orange_heart 🧡 yellow_heart 💛 green_heart 💚 blue_heart 💙
purple_heart 💜 black_heart 🖤 white_heart 🤍 broken_heart 💔 two_hearts 💕 100 💯 anger 💢 zzz 💤 white_check_mark ✅
heavy_check_mark ✔️ ballot_box_with_check ☑️ x ❌ negative_squared_cross_mark ❎ heavy_plus_sign ➕ heavy_minus_sign ➖
heavy_multiplication_x ✖️ question ❓ grey_question ❔ exclamation ❗ heavy_exclamation_mark ❗ bangbang ‼️ interrobang ⁉️ warning ⚠️
no_entry ⛔ no_entry_sign 🚫 stop_sign 🛑 octagonal_sign 🛑 recycle ♻️ information_source ℹ️ sos 🆘 new 🆕 ok 🆗 up 🆙 cool 🆒 free 🆓
arrow_up ⬆️ arrow_down ⬇️ arrow_left ⬅️ arrow_right ➡️ arrow_upper_right ↗️ arrow_lower_right ↘️ leftwards_arrow_with_hook ↩️
arrow_right_hook ↪️ arrows_counterclockwise 🔄 arrows_clockwise 🔃 repeat 🔁 back 🔙 soon 🔜 top 🔝 twisted_rightwards_arrows 🔀
fast_forward ⏩ rewind ⏪ double_vertical_bar ⏸️ black_square_for_stop ⏹️ arrow_forward ▶️ red_circle 🔴 large_orange_circle 🟠
large_yellow_circle 🟡 large_green_circle 🟢 large_blue_circle 🔵 large_purple_circle 🟣 white_circle ⚪ black_circle ⚫
large_red_square 🟥 large_green_square 🟩 large_blue_square 🟦 white_square ◻️ black_square ◼️ small_orange_diamond 🔸
small_blue_diamond 🔹 radio_button 🔘 one 1️⃣ two 2️⃣ three 3️⃣ four 4️⃣ five 5️⃣ six 6️⃣ seven 7️⃣ eight 8️⃣ nine 9️⃣ zero 0️⃣
keycap_ten 🔟 hash #️⃣ copyright ©️ registered ®️ tm ™️ crown 👑 tophat 🎩 mortar_board 🎓 detective 🕵️ cook 🧑‍🍳
technologist 🧑‍💻 teacher 🧑‍🏫 runner 🏃 dancer 💃 people_hugging 🫂 crystal_ball 🔮 magic_wand 🪄 lightning ⚡ waving_white_flag 🏳️
`;

const SKINS = ["", "", "\u{1F3FB}", "\u{1F3FC}", "\u{1F3FD}", "\u{1F3FE}", "\u{1F3FF}"];
const words = TABLE.trim().split(/\s+/);

/** short name -> character */
export const EMOJI = new Map();
for (let i = 0; i < words.length; i += 2) EMOJI.set(words[i], words[i + 1]);

/** The character for a short name (`wave`, `wave::skin-tone-3`), undefined if it is unknown. */
export function emoji(name) {
  const [base, skin] = name.split("::skin-tone-");
  const found = EMOJI.get(base);
  return found && skin ? found + (SKINS[Number(skin)] || "") : found;
}

/** Up to `most` short names with `query` in them, those that begin with it first; each character once. */
export function searchEmoji(query, most = 8) {
  const wanted = query.toLowerCase().replaceAll(" ", "_");
  const seen = new Set();
  const found = [...EMOJI.keys()].filter((name) => name.includes(wanted));
  found.sort((one, other) => Number(other.startsWith(wanted)) - Number(one.startsWith(wanted)));
  return found.filter((name) => !seen.has(EMOJI.get(name)) && seen.add(EMOJI.get(name))).slice(0, most);
}
